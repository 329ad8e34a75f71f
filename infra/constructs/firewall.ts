import { type aws_apigateway as apigateway, type aws_kms as kms, aws_wafv2 as waf } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CityStack } from './city-stack.ts';
import { HouseLogGroup } from './house-log-group.ts';

export interface FirewallProps {
  readonly stage: apigateway.Stage;
  readonly key: kms.IKey;
  readonly requestsPerAddress: number;
}

/** WAF in front of a REST API: a limit per address, and AWS's rules for known attacks. */
export class Firewall extends Construct {
  constructor(scope: Construct, stack: CityStack, { stage, key, requestsPerAddress }: FirewallProps) {
    super(scope, 'Firewall');
    const { id } = stack.city;
    const acl = new waf.CfnWebACL(this, 'Acl', {
      name: id,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible(`${id}-firewall`),
      rules: [
        {
          name: 'per-address',
          priority: 0,
          action: { block: {} },
          statement: {
            rateBasedStatement: {
              limit: requestsPerAddress,
              aggregateKeyType: 'IP',
              evaluationWindowSec: 300,
            },
          },
          visibilityConfig: visible(`${id}-per-address`),
        },
        // Counted only: it refuses bodies over 8 KB, and health records are longer. Each route has its own limit.
        managed(1, 'AWSManagedRulesCommonRuleSet', ['SizeRestrictions_BODY']),
        managed(2, 'AWSManagedRulesKnownBadInputsRuleSet', []),
      ],
    });
    new waf.CfnWebACLAssociation(this, 'Association', {
      resourceArn: stage.stageArn,
      webAclArn: acl.attrArn,
    });
    const { logGroup } = new HouseLogGroup(this, stack, 'Logs', { name: `aws-waf-logs-${id}`, key });
    new waf.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [stack.arn('logs', `log-group:${logGroup.logGroupName}`)],
      // Blocked requests only. Their address cannot be left out; what is redacted could name a person or open a session.
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
      redactedFields: [{ singleHeader: { Name: 'authorization' } }, { queryString: {} }, { uriPath: {} }],
    });
  }
}

function managed(priority: number, name: string, counted: readonly string[]): waf.CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visible(name),
  };
}

function visible(metricName: string): waf.CfnWebACL.VisibilityConfigProperty {
  // No samples: they hold whole requests of people.
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
