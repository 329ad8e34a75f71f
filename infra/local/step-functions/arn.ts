/** Where ARNs are made. The laptop has a partition of its own, so that none is mistaken for one of AWS. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export const LAPTOP: Place = { partition: 'local', region: 'local', account: '000000000000' };

const states = ({ partition, region, account }: Place): string =>
  `arn:${partition}:states:${region}:${account}`;

export const machineArn = (place: Place, name: string): string => `${states(place)}:stateMachine:${name}`;

export const executionArn = (ofMachine: string, name: string): string =>
  `${ofMachine.replace(':stateMachine:', ':execution:')}:${name}`;

export const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

export const regionIn = (arn: string): string => arn.split(':')[3] ?? '';
