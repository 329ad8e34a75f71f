import { ArnFormat, aws_kms as kms, RemovalPolicy, Stack, aws_ssm as ssm } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { City } from '../cities/city.ts';
import { type Entry, namesOf } from './names.ts';

/** Base of every stack of a city: environment, tags, physical names and what follows from the city's settings. */
export abstract class CityStack extends Stack {
  readonly city: City;
  readonly names: ReturnType<typeof namesOf>;

  constructor(scope: Construct, id: string, city: City, description: string) {
    super(scope, id, {
      stackName: `${city.id}-${id}`,
      description: `${description} (${city.id})`,
      env: { region: city.region, ...(city.account === undefined ? {} : { account: city.account }) },
      terminationProtection: city.deletionProtection,
      tags: { city: city.id, 'division-code': city.divisionCode },
    });
    this.city = city;
    this.names = namesOf(city.id);
  }

  /**
   * What becomes of data when its stack goes. What a deployment made that failed is empty, and goes with it: its name
   * would stand in the next one's way.
   */
  get removalPolicy(): RemovalPolicy {
    return this.city.deletionProtection ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
  }

  /** The city's key, known to the other stacks by the parameter that the data stack keeps. */
  sharedKey(): kms.IKey {
    const arn = ssm.StringParameter.valueForStringParameter(this, this.names.keyArnParameter);
    return kms.Key.fromKeyArn(this, 'CityKey', arn);
  }

  /** A machine of the city by its name; with `''`, what stands before the names of all of them. */
  stateMachineArn(machine: string): string {
    return this.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: this.names.stateMachine(machine),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** A function, which may stand in another stack, by its name. */
  functionArn(context: string, entry: Entry): string {
    return this.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: this.names.function(context, entry),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  arn(service: string, resource: string, resourceName?: string): string {
    return this.formatArn({
      service,
      resource,
      ...(resourceName === undefined
        ? { arnFormat: ArnFormat.NO_RESOURCE_NAME }
        : { resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }),
    });
  }
}
