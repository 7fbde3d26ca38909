//! Resources that programs declare with the vocabulary's own constructs: `CfnApi` is a template's `AWS::…::Api`.
#![allow(clippy::unwrap_used)]

mod common;

use common::{components, flows, model, ways_in};

const MANIFEST: (&str, &str) = ("infra/package.json", "{\"name\":\"infra\",\"dependencies\":{\"aws-cdk-lib\":\"2\"}}");

const STACK: &str = "
import { Stack, Fn, Aws } from 'aws-cdk-lib';
import * as apigw from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnFunction, CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { aws_dynamodb as dynamodb, aws_sqs as sqs } from 'aws-cdk-lib';

export class Shop extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const table = new dynamodb.CfnTable(this, 'Orders', { keySchema: [{ attributeName: 'id', keyType: 'HASH' }], deletionProtectionEnabled: true });
    const jobs = new sqs.CfnQueue(this, 'Jobs', {});
    const list = new CfnFunction(this, 'List', {
      code: { s3Bucket: 'code', s3Key: 'list.zip' },
      handler: 'list.handler',
      environment: { variables: { TABLE_NAME: table.ref } },
    });
    new CfnEventSourceMapping(this, 'Poll', { eventSourceArn: jobs.attrArn, functionName: list.ref });
    const api = new apigw.CfnApi(this, 'Api', { name: 'shop', protocolType: 'HTTP' });
    const toList = new apigw.CfnIntegration(this, 'ToList', {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: `arn:${Aws.PARTITION}:apigateway:${this.region}:lambda:path/2015-03-31/functions/${list.attrArn}/invocations`,
    });
    const joined = Fn.join('/', ['integrations', toList.ref]);
    new apigw.CfnRoute(this, 'Open', { apiId: api.ref, routeKey: 'GET /orders', target: joined });
    new apigw.CfnRoute(this, 'Known', { apiId: api.ref, routeKey: 'POST /orders', target: joined, authorizationType: 'JWT', authorizerId: 'a' });
    const written = new apigw.CfnRoute(this, 'Written', { apiId: api.ref, routeKey: 'PUT /orders', target: joined });
    written.addPropertyOverride('AuthorizationType', 'AWS_IAM');
    const assigned = new apigw.CfnRoute(this, 'Assigned', { apiId: api.ref, routeKey: 'PATCH /orders', target: joined });
    assigned.authorizationType = 'AWS_IAM';
    const over = new apigw.CfnRoute(this, 'Over', { apiId: api.ref, routeKey: 'DELETE /orders', target: joined });
    over.addOverride('Properties.' + props.what, props.value);
    new apigw.CfnRoute(this, 'Elsewhere', { ...props.route, apiId: api.ref, routeKey: 'GET /else' });
    const socket = new apigw.CfnApi(this, 'Socket', { name: 'live', protocolType: 'WEBSOCKET' });
    const speak = new apigw.CfnIntegration(this, 'Speak', { apiId: socket.ref, integrationUri: Fn.sub('arn:aws:x/${F}/invocations', { F: list.attrArn }) });
    new apigw.CfnRoute(this, 'Connect', { apiId: socket.ref, routeKey: '$connect', target: 'integrations/' + speak.ref });
    new apigw.CfnRoute(this, 'Say', { apiId: socket.ref, routeKey: 'say', target: 'integrations/' + speak.ref });
  }
}
";

/// Module and class are the kind; what is written over later, or comes from elsewhere, is not concluded from silence.
#[test]
fn constructs_of_the_vocabulary_are_its_resources() {
    let model = model(&[MANIFEST, ("infra/lib/shop.ts", STACK)]);
    assert_eq!(
        components(&model),
        [
            "infra/Api process internet",
            "infra/Jobs data_store unknown",
            "infra/List process internal",
            "infra/Orders data_store unknown",
            "infra/Socket process internet"
        ]
    );
    assert_eq!(
        ways_in(&model),
        [
            "infra/Api:DELETE /orders unknown",
            "infra/Api:GET /else unknown",
            "infra/Api:GET /orders open",
            "infra/Api:PATCH /orders asks",
            "infra/Api:POST /orders asks",
            "infra/Api:PUT /orders asks",
            "infra/Socket:websocket $connect open",
            "infra/Socket:websocket say unknown",
        ]
    );
    assert_eq!(flows(&model), ["infra/Api>infra/List:https", "infra/Jobs>infra/List:https", "infra/Socket>infra/List:https"]);
    let orders = model.components.iter().find(|component| component.name == "Orders").unwrap();
    assert!(orders.properties.values.keys().any(|property| property.name() == "deletion_protection"));
}

const SAM: &str = "
import * as cdk from '@aws-cdk/core';
import * as sam from '@aws-cdk/aws-sam';
import * as ssm from '@aws-cdk/aws-ssm';
import * as dynamodb from '@aws-cdk/aws-dynamodb';

export class Pay extends cdk.Stack {
  constructor(scope: cdk.Construct, id: string) {
    super(scope, id);
    const env = new cdk.CfnParameter(this, 'Environment', { default: 'dev', type: 'String' });
    const api = new sam.CfnApi(this, 'Api', { stageName: 'prod' });
    new ssm.StringParameter(this, 'Url', {
      parameterName: '/shop/' + env.valueAsString + '/pay/api/url',
      stringValue: 'https://' + api.ref + '.execute-api.' + cdk.Stack.of(this).region + '.amazonaws.com/prod',
    });
    const table = new dynamodb.Table(this, 'Table', {});
    new sam.CfnFunction(this, 'Check', {
      codeUri: 'src/check/',
      handler: 'index.handler',
      environment: { variables: { TABLE_NAME: table.tableName } },
      events: {
        Api: { type: 'Api', properties: { method: 'POST', path: '/check', restApiId: api.ref } },
        Known: { type: 'Api', properties: { method: 'GET', path: '/me', restApiId: api.ref, auth: { authorizer: 'AWS_IAM' } } },
      },
      policies: [{ statement: { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: table.tableArn } }],
    });
  }
}
";

const SHOP: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  PayUrl: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/dev/pay/api/url}
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: main.handler, Environment: {Variables: {PAY_URL: !Ref PayUrl}}}
";

const ASKS: &str = "import os\nimport requests\n\nURL = os.environ['PAY_URL']\n\ndef handler(event, _):\n    return requests.post(URL + '/check').json()\n";

/// What SAM nests in a function stands beside it, and a parameter that is stored is found by templates.
#[test]
fn functions_of_sam_bring_their_events() {
    let model = model(&[
        ("pay/package.json", "{\"name\":\"pay\",\"dependencies\":{\"@aws-cdk/core\":\"1\"}}"),
        ("pay/lib/pay.ts", SAM),
        ("pay/src/check/index.ts", "export const handler = async () => process.env.TABLE_NAME;\n"),
        ("shop/template.yaml", SHOP),
        ("shop/src/main.py", ASKS),
    ]);
    assert_eq!(components(&model), ["pay/Api process internet", "pay/Check process internal", "pay/Table data_store unknown", "shop/Front process internal"]);
    assert_eq!(ways_in(&model), ["pay/Api:GET /me asks", "pay/Api:POST /check open"]);
    assert_eq!(flows(&model), ["pay/Api>pay/Check:https", "pay/Check>pay/Table:https", "shop/Front>pay/Api:https"]);
}

const PYTHON: &str = "
from aws_cdk import Stack, aws_apigatewayv2 as apigwv2, aws_lambda as lambda_, aws_dynamodb as dynamodb

class Shop(Stack):
    def __init__(self, scope, construct_id, **kwargs):
        super().__init__(scope, construct_id, **kwargs)
        table = dynamodb.CfnTable(self, 'Orders')
        read = lambda_.CfnFunction(
            self,
            'Read',
            handler='read.handler',
            code=lambda_.CfnFunction.CodeProperty(zip_file='x'),
            environment=lambda_.CfnFunction.EnvironmentProperty(variables={'TABLE_NAME': table.ref}),
        )
        api = apigwv2.CfnApi(self, 'Api', name='shop', protocol_type='HTTP')
        integration = apigwv2.CfnIntegration(self, 'ToRead', api_id=api.ref, integration_type='AWS_PROXY', integration_uri=read.attr_arn)
        apigwv2.CfnRoute(self, 'Open', api_id=api.ref, route_key='GET /orders', target=f'integrations/{integration.ref}')
        apigwv2.CfnRoute(self, 'Known', api_id=api.ref, route_key='POST /orders', target='integrations/' + integration.ref, authorization_type='AWS_IAM')
";

#[test]
fn python_spells_them_its_own_way() {
    let model = model(&[("requirements.txt", "aws-cdk-lib\n"), ("app/shop.py", PYTHON)]);
    assert_eq!(components(&model), ["Api process internet", "Orders data_store unknown", "Read process internal"]);
    assert_eq!(ways_in(&model), ["Api:GET /orders open", "Api:POST /orders asks"]);
    assert_eq!(flows(&model), ["Api>Read:https"]);
}

/// A class of the project's own of such a name, another library's, and a kind that nobody knows are nothing.
#[test]
fn what_is_only_called_so_is_none() {
    let own = "import { CfnTable } from './own';\nimport { Stack } from 'aws-cdk-lib';\nimport * as made from 'made-up/aws-sqs';\nimport * as iot from 'aws-cdk-lib/aws-iot';\nexport class Shop extends Stack {\n  constructor(scope, id) {\n    super(scope, id);\n    new CfnTable(this, 'A', {});\n    new made.CfnQueue(this, 'B', {});\n    new iot.CfnThing(this, 'C', {});\n  }\n}\n";
    let model = model(&[MANIFEST, ("infra/lib/shop.ts", own), ("infra/lib/own.ts", "export class CfnTable {\n  constructor(scope, id, props) {}\n}\n")]);
    assert!(components(&model).is_empty(), "{:?}", components(&model));
}
