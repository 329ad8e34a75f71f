import { Duration, aws_events as events, aws_ssm as ssm } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { City } from '../cities/city.ts';
import { CityStack } from '../constructs/city-stack.ts';
import { OutboxPipe } from '../constructs/outbox-pipe.ts';

/** Days an event can be replayed: longer than any outage of a consumer we mean to survive. */
const ARCHIVE_DAYS = 30;

/** The outbox's way out: table stream → pipe → bus. Each context's rules stand in its own stack. */
export class EventsStack extends CityStack {
  constructor(scope: Construct, city: City) {
    super(scope, 'events', city, 'Bus, and the pipe that feeds it from the table');
    const bus = new events.EventBus(this, 'Bus', { eventBusName: this.names.bus });
    bus.archive('Archive', {
      archiveName: this.names.bus,
      eventPattern: { source: [this.names.eventSource] },
      retention: Duration.days(ARCHIVE_DAYS),
    });
    new OutboxPipe(this, this, {
      streamArn: ssm.StringParameter.valueForStringParameter(this, this.names.streamArnParameter),
      busArn: bus.eventBusArn,
      key: this.sharedKey(),
    });
  }
}
