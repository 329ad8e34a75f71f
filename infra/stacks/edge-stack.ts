import type { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import type { City } from '../cities/city.ts';
import { CityStack } from '../constructs/city-stack.ts';
import { HttpEdge } from '../constructs/http-edge.ts';
import { RestEdge } from '../constructs/rest-edge.ts';

/** The city's one address. Which kind of edge it is, is a setting of the city. */
export class EdgeStack extends CityStack {
  constructor(scope: Construct, city: City, contexts: readonly Context[]) {
    super(scope, 'edge', city, 'HTTP edge');
    const key = this.sharedKey();
    if (city.edge.kind === 'http-api') new HttpEdge(this, this, { contexts, key });
    else new RestEdge(this, this, { contexts, key, requestsPerAddress: city.edge.requestsPerAddress });
  }
}
