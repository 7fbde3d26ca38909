//! Functions of a cloud as templates, programs and configurations of tools tell of them: whose code they run, what starts
//! them, what they use.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{ComponentKind, Model, Role};

/// Components but for people, with kind and exposure.
fn components(model: &Model) -> Vec<String> {
    let found = model.components.iter().filter(|c| !(c.kind == ComponentKind::ExternalEntity && c.roles.contains(&Role::User)));
    found.map(|c| format!("{} {} {}", c.id.rest(), c.kind.name(), c.exposure.name())).collect()
}

/// Flows but for those of people.
fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).filter(|id| !id.starts_with("user>")).collect()
}

/// A function that reads the variable and asks what it names.
const ASKS: &str = "import os\nimport requests\n\nURL = os.environ['ORDERS_URL']\n\ndef handler(event, _):\n    return requests.get(URL + '/orders').json()\n";

/// Of a folder that a build makes, and nobody keeps, the source is meant: below `src`, or around it.
#[test]
fn what_a_build_makes_is_its_source() {
    let handler = "exports.handler = async () => process.env.TABLE;\n";
    let template = |uri: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Get:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: {uri}, Handler: index.handler}}\n  Put:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: other/, Handler: index.handler}}\n"
        )
    };
    let of = |uri: &str, path: &str| {
        let package = ("shop/package.json", "{\"name\":\"shop\",\"devDependencies\":{\"@types/aws-lambda\":\"8\"}}");
        let model = model(&[("shop/template.yaml", &template(uri)), package, (path, handler)]);
        let names: Vec<String> = components(&model).iter().filter_map(|line| Some(line.split(' ').next()?.to_owned())).collect();
        (names.join(" "), model.entry_points.iter().map(|entry| entry.component.rest().to_owned()).collect::<Vec<_>>().join(" "))
    };
    let found = ("shop/Get shop/Put".to_owned(), "shop/Get".to_owned());
    assert_eq!(of("build/get", "shop/src/get/index.ts"), found);
    assert_eq!(of("dist/get/", "shop/get/index.ts"), found);
    assert_eq!(of(".aws-sam/build/get", "shop/src/build/get/index.ts"), found);
    assert_eq!(of("dist", "shop/src/index.ts"), found);
    assert_eq!(of("get/dist/", "shop/get/index.ts"), found);
    let apart = ("shop shop/Get shop/Put".to_owned(), "shop".to_owned());
    assert_eq!(of("gone/get", "shop/src/put/index.ts"), apart, "nothing tells that it is the source");
    assert_eq!(of("gone", "shop/src/index.ts"), apart, "no tool writes there");
}

/// A long definition is no text any more, and still names what its steps use.
#[test]
fn steps_of_a_state_machine_use_what_its_definition_names() {
    let steps = |filler: &str| {
        format!(
            "Resources:\n  Jobs: {{Type: AWS::SQS::Queue}}\n  Orders: {{Type: AWS::DynamoDB::Table}}\n  Spare: {{Type: AWS::DynamoDB::Table}}\n  Pay: {{Type: AWS::Lambda::Function}}\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: !GetAtt Role.Arn\n      DefinitionString: !Sub |\n        {{\"Comment\": \"{filler}\", \"States\": {{\"A\": {{\"Resource\": \"arn:aws:states:::sqs:sendMessage\", \"Parameters\": {{\"QueueUrl\": \"${{Jobs}}\"}}}}, \"B\": {{\"Resource\": \"${{Pay.Arn}}\"}}}}}}\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n        - PolicyDocument: {{Statement: [{{Effect: Allow, Action: 'dynamodb:UpdateItem', Resource: !GetAtt Orders.Arn}}]}}\n"
        )
    };
    let expected = ["Flow>Jobs:sqs", "Flow>Orders:https", "Flow>Pay:https"];
    assert_eq!(flows(&model(&[("template.yaml", &steps("short"))])), expected);
    assert_eq!(flows(&model(&[("template.yaml", &steps(&"long ".repeat(2000)))])), expected);
    let nested = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Jobs: {Type: AWS::SQS::Queue}\n  Orders: {Type: AWS::DynamoDB::Table}\n  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n        States:\n          Each:\n            Type: Map\n            Iterator: {States: {Send: {Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: {QueueUrl: !Ref Jobs}}}}\n      Policies:\n        - DynamoDBWritePolicy: {TableName: !Ref Orders}\n";
    assert_eq!(flows(&model(&[("template.yaml", nested)])), ["Flow>Jobs:sqs", "Flow>Orders:https"]);
}

/// What who deploys fills in is found by its name; which of two is meant nobody knows.
#[test]
fn a_stored_parameter_is_found_whatever_its_stage_is() {
    let stored = |name: &str, id: &str| {
        format!(
            "  {id}: {{Type: AWS::Lambda::Function}}\n  {id}Name:\n    Type: AWS::SSM::Parameter\n    Properties: {{Name: !Sub '/${{Stage}}/{name}', Value: !GetAtt {id}.Arn}}\n"
        )
    };
    let pay = format!(
        "Parameters:\n  Stage: {{Type: String}}\nResources:\n{}{}",
        stored("service/payment/function/collect", "Collect"),
        stored("service/payment/function/refund", "Refund")
    );
    let start = "Parameters:\n  CollectPaymentFunction: {Type: 'AWS::SSM::Parameter::Value<String>'}\n  Other: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /live/service/payment/function/refund}\n  PaymentFunction: {Type: 'AWS::SSM::Parameter::Value<String>'}\nResources:\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {DefinitionString: !Sub '${CollectPaymentFunction} ${Other} ${PaymentFunction}'}\n";
    assert_eq!(flows(&model(&[("pay/template.yaml", &pay), ("book/template.yaml", start)])), ["book/Flow>pay/Collect:https", "book/Flow>pay/Refund:https"]);
    let vague = start.replace("CollectPaymentFunction", "CollectThing").replace("/live/service/payment/function/refund", "/live/x/y/z/refund");
    assert!(flows(&model(&[("pay/template.yaml", &pay), ("book/template.yaml", &vague)])).is_empty());
}

/// An application of the repository of applications is somebody's; a template beside it is what it says.
#[test]
fn an_application_of_others_is_asked_at_its_outputs() {
    let front = |location: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Charge:\n    Type: AWS::Serverless::Application\n    Properties: {{Location: {location}}}\n  Collect:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: src/, Handler: main.handler, Environment: {{Variables: {{ORDERS_URL: !GetAtt Charge.Outputs.Url}}}}}}\n"
        )
    };
    let others = front("{ApplicationId: 'arn:aws:serverlessrepo:us-east-1:1:applications/charge', SemanticVersion: 1.0.0}");
    let model_of = |text: &str| model(&[("template.yaml", text), ("src/main.py", ASKS), ("inner.yaml", "Resources:\n  Table: {Type: AWS::DynamoDB::Table}\n")]);
    let found = model_of(&others);
    assert_eq!(flows(&found), ["Collect>Charge:https"]);
    let own = model_of(&front("inner.yaml"));
    assert!(!own.components.iter().any(|component| component.name == "Charge"), "{:?}", components(&own));
}

/// A stream writes to its bucket and has its records changed on the way.
#[test]
fn a_delivery_stream_writes_to_its_bucket() {
    let text = "Resources:\n  Bucket: {Type: AWS::S3::Bucket}\n  Change: {Type: AWS::Lambda::Function}\n  Stream:\n    Type: AWS::KinesisFirehose::DeliveryStream\n    Properties:\n      ExtendedS3DestinationConfiguration:\n        BucketARN: !GetAtt Bucket.Arn\n        ProcessingConfiguration: {Processors: [{Type: Lambda, Parameters: [{ParameterName: LambdaArn, ParameterValue: !GetAtt Change.Arn}]}]}\n";
    assert_eq!(flows(&model(&[("template.yaml", text)])), ["Stream>Bucket:s3", "Stream>Change:https"]);
}

/// `component:METHOD path`, who is let in.
fn ways_in(model: &Model) -> Vec<String> {
    let verdict = |known: Option<bool>| known.map_or("unknown", |asks| if asks { "asks" } else { "open" });
    model.entry_points.iter().map(|entry| format!("{} {}", entry.id.rest(), verdict(entry.authenticated))).collect()
}

const SST: &str = "
import { cluster } from './cluster';

const table = new sst.aws.Dynamo('Orders', { fields: { id: 'string' } });
const files = new sst.aws.Bucket('Files');
const bus = new sst.aws.Bus('Bus');
const config = new sst.Linkable('Config', { properties: { bucket: files.name } });
bus.subscribe({ handler: './packages/jobs/event.handler', link: [table] });
const jobs = new sst.aws.Queue('Jobs');
jobs.subscribe('./packages/jobs/job.handler');
const hook = new sst.aws.Function('Hook', { handler: 'packages/jobs/hook.handler', link: [bus, config, new sst.Secret('Key')], url: true });
const inner = new sst.aws.Function('Inner', { handler: 'packages/jobs/inner.handler', url: false });
const edge = new sst.cloudflare.Worker('Edge', { handler: './packages/edge/proxy.ts', domain: 'api.shop.eu', environment: { ORIGIN: hook.url } });
new sst.aws.Cron('Nightly', { schedule: 'rate(1 day)', job: { handler: 'packages/jobs/nightly.handler', link: [table] } });
const api = new sst.aws.ApiGatewayV2('Api');
api.route('GET /orders', { handler: 'packages/jobs/list.handler', link: [table] });
api.route('POST /orders', 'packages/jobs/create.handler', { auth: { iam: true } });
api.route('GET /inner', inner.arn);
new sst.aws.Nextjs('Web', { path: './packages/web', link: [api], domain: 'shop.eu' });
cluster.addService('Door', { image: { context: './packages/door' }, link: [table], public: { ports: [{ listen: '22/tcp' }] } });
cluster.addService('Back', { image: { dockerfile: 'packages/back/Dockerfile' } });
";

/// Constructors make components, links are ways, addresses let everybody in.
#[test]
fn a_program_of_sst_is_a_system() {
    let handler = "export const handler = async () => 1;\n";
    let model = model(&[
        ("package.json", "{\"name\":\"shop\",\"dependencies\":{\"sst\":\"3\",\"@types/aws-lambda\":\"8\"}}"),
        ("sst.config.ts", "export default $config({ async run() { await import('./infra/app'); } });\n"),
        ("infra/app.ts", SST),
        ("infra/cluster.ts", "export const cluster = new sst.aws.Cluster('Cluster', {});\n"),
        ("packages/jobs/event.ts", handler),
        ("packages/jobs/hook.ts", handler),
        ("packages/jobs/job.ts", handler),
    ]);
    assert_eq!(
        components(&model),
        [
            "Api process internet",
            "ApiGETorders process internal",
            "ApiPOSTorders process internal",
            "Back process internal",
            "Bus process unknown",
            "Bussubscribe process internal",
            "Door process internet",
            "Edge process internet",
            "Files data_store unknown",
            "Hook process internet",
            "Inner process internal",
            "Jobs data_store unknown",
            "Jobssubscribe process internal",
            "Nightly process internal",
            "Orders data_store unknown",
            "Web process internet",
        ]
    );
    assert_eq!(
        flows(&model),
        [
            "Api>ApiGETorders:https",
            "Api>ApiPOSTorders:https",
            "Api>Inner:https",
            "ApiGETorders>Orders:https",
            "Bus>Bussubscribe:https",
            "Bussubscribe>Orders:https",
            "Door>Orders:https",
            "Edge>Hook:https",
            "Hook>Bus:https",
            "Hook>Files:s3",
            "Jobs>Jobssubscribe:https",
            "Nightly>Orders:https",
            "Web>Api:https",
        ]
    );
    assert_eq!(
        ways_in(&model),
        [
            "Api:GET /inner open",
            "Api:GET /orders open",
            "Api:POST /orders asks",
            "Bussubscribe:function Bussubscribe unknown",
            "Hook:ANY / open",
            "Hook:function Hook unknown",
            "Jobssubscribe:function Jobssubscribe unknown",
            "Nightly:schedule Nightly unknown",
        ]
    );
}

const PULUMI: &str = "
import * as aws from '@pulumi/aws';
import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';

const jobs = new aws.sqs.Queue('jobs', {});
const files = new aws.s3.BucketV2('files');
const data = new aws.rds.Instance('data', { engine: 'postgres', storageEncrypted: true, publiclyAccessible: false });
const role = new aws.iam.Role('role', { assumeRolePolicy: '{}' });
new aws.iam.RolePolicy('may', { role: role.id, policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: files.arn }] } });
const work = new aws.lambda.Function('work', {
  code: new pulumi.asset.AssetArchive({ '.': new pulumi.asset.FileArchive('./jobs') }),
  handler: 'index.handler',
  role: role.arn,
  environment: { variables: { QUEUE: jobs.url } },
});
new aws.lambda.EventSourceMapping('poll', { eventSourceArn: jobs.arn, functionName: work.name });
new aws.ec2.Vpc('net');
const shop = new gcp.cloudrun.Service('shop', { location: 'europe-west1' });
";

const PULUMI_PYTHON: &str = "
import pulumi
import pulumi_aws as aws

jobs = aws.sqs.Queue('jobs')
work = aws.lambda_.Function('work', code=pulumi.FileArchive('./work'), handler='main.handler', role='arn',
    environment=aws.lambda_.FunctionEnvironmentArgs(variables={'QUEUE': jobs.url}))
aws.lambda_.EventSourceMapping('poll', event_source_arn=jobs.arn, function_name=work.name)
aws.ec2.Vpc('net')
";

/// Classes of providers are Terraform's resources.
#[test]
fn a_program_of_pulumi_is_what_terraform_s_resources_are() {
    let found = model(&[
        ("infra/package.json", "{\"name\":\"infra\",\"dependencies\":{\"@pulumi/aws\":\"6\"}}"),
        ("infra/index.ts", PULUMI),
        ("infra/jobs/index.js", "exports.handler = async () => process.env.QUEUE;\n"),
    ]);
    assert_eq!(
        components(&found),
        ["data data_store internal", "files data_store unknown", "jobs data_store unknown", "shop process unknown", "work process internal"]
    );
    assert_eq!(flows(&found), ["jobs>work:https", "work>files:s3"]);
    let found =
        model(&[("requirements.txt", "pulumi\npulumi-aws\n"), ("__main__.py", PULUMI_PYTHON), ("work/main.py", "def handler(event, _):\n    return 1\n")]);
    assert_eq!(components(&found), ["jobs data_store unknown", "work process internal"]);
    assert_eq!(flows(&found), ["jobs>work:https"]);
}

const SERVICE: &str = "
service: shop
provider: {name: aws, runtime: nodejs20.x}
custom:
  appSync:
    - ${file(appsync.yml)}
functions: ${file(functions.yml)}
resources:
  Resources:
    Orders: {Type: AWS::DynamoDB::Table}
    Spare: {Type: AWS::DynamoDB::Table}
";

const APPSYNC: &str = "
name: shop
schema: schema.graphql
authenticationType: AMAZON_COGNITO_USER_POOLS
mappingTemplates:
  - {type: Query, field: orders, dataSource: orders}
  - {type: Mutation, field: pay, kind: PIPELINE, functions: [charge]}
  - {type: Order, field: total, dataSource: orders}
dataSources:
  - {type: NONE, name: none}
  - {type: AMAZON_DYNAMODB, name: orders, config: {tableName: !Ref Orders}}
  - {type: AMAZON_DYNAMODB, name: spare, config: {tableName: !Ref Spare}}
  - {type: AWS_LAMBDA, name: pay, config: {functionName: pay}}
functionConfigurations:
  - {name: charge, dataSource: pay}
";

const FUNCTIONS: &str = "
pay: {handler: src/pay.handler}
tell:
  handler: src/tell.handler
  environment: {API_URL: !GetAtt ShopGraphQlApi.GraphQLUrl}
  events: [{stream: {arn: !GetAtt Orders.StreamArn}}]
";

/// What a service takes in from other files is its own; a field is answered by its data source.
#[test]
fn an_api_of_graphql_asks_its_data_sources() {
    let tell = "const { API_URL } = process.env;\nexports.handler = async () => fetch(API_URL);\n";
    let files = [
        ("serverless.yml", SERVICE),
        ("appsync.yml", APPSYNC),
        ("functions.yml", FUNCTIONS),
        ("src/tell.js", tell),
        ("src/pay.js", "exports.handler = async () => 1;\n"),
    ];
    let found = model(&files);
    assert_eq!(
        components(&found),
        ["Orders data_store unknown", "ShopGraphQlApi process internet", "Spare data_store unknown", "pay process internal", "tell process internal"]
    );
    assert_eq!(flows(&found), ["Orders>tell:https", "ShopGraphQlApi>Orders:https", "ShopGraphQlApi>pay:https", "tell>ShopGraphQlApi:https"]);
    let fields = |model: &Model| ways_in(model).into_iter().filter(|way| way.contains("graphql")).collect::<Vec<_>>();
    assert_eq!(fields(&found), ["ShopGraphQlApi:graphql Mutation.pay asks", "ShopGraphQlApi:graphql Query.orders asks"]);
    let keyed = APPSYNC.replace("schema: schema.graphql", "additionalAuthenticationProviders: [{authenticationType: API_KEY}]");
    let found = model(&[files[0], ("appsync.yml", &keyed), files[2], files[3], files[4]]);
    assert_eq!(
        fields(&found),
        ["ShopGraphQlApi:graphql Mutation.pay unknown", "ShopGraphQlApi:graphql Query.orders unknown"],
        "a field may let in who has a key"
    );
    let second = "service: shop\nprovider: {name: aws}\nappSync:\n  name: shop\n  authentication: {type: AWS_IAM}\n  dataSources:\n    orders: {type: AMAZON_DYNAMODB, config: {tableName: !Ref Orders}}\n  resolvers:\n    Query.orders: orders\n    Query.order: {dataSource: orders, kind: UNIT}\nresources:\n  Resources: {Orders: {Type: AWS::DynamoDB::Table}}\n";
    let found = model(&[("serverless.yml", second)]);
    assert_eq!(flows(&found), ["GraphQlApi>Orders:https"]);
    assert_eq!(fields(&found), ["GraphQlApi:graphql Query.order asks", "GraphQlApi:graphql Query.orders asks"]);
}

const BACKEND: &str = "{ \"api\": { \"shop\": { \"service\": \"AppSync\", \"providerPlugin\": \"awscloudformation\", \"output\": { \"authConfig\": { \"defaultAuthentication\": { \"authenticationType\": \"AMAZON_COGNITO_USER_POOLS\" }, \"additionalAuthenticationProviders\": [] } } } } }";

const MODELS: &str = "type Order @model(subscriptions: null, mutations: null) @key(name: \"byDay\", fields: [\"day\"], queryField: \"ordersOfDay\") { id: ID! }\ntype Query { total: Int @function(name: \"total-${env}\") }\ntype Mutation { pay(id: ID): Int }\n";

const RESOLVER: &str = "
Parameters:
  ApiId: {Type: String}
Resources:
  Flow: {Type: AWS::StepFunctions::StateMachine}
  Source:
    Type: AWS::AppSync::DataSource
    Properties: {ApiId: !Ref ApiId, Type: HTTP, HttpConfig: {Endpoint: !Sub 'https://states.${AWS::Region}.amazonaws.com/'}}
  Pay:
    Type: AWS::AppSync::Resolver
    Properties: {ApiId: !Ref ApiId, TypeName: Mutation, FieldName: pay, DataSourceName: !GetAtt Source.Name, RequestMappingTemplate: !Sub '{\"stateMachineArn\": \"${Flow}\"}'}
";

/// Models of a backend are its tables; a resolver of another template is of the only API there is.
#[test]
fn models_of_amplify_are_tables_behind_its_api() {
    let function = "{\"Resources\": {\"LambdaFunction\": {\"Type\": \"AWS::Lambda::Function\", \"Properties\": {\"Handler\": \"index.handler\"}}}}";
    let schema = ("app/amplify/backend/api/shop/schema.graphql", MODELS);
    let found = model(&[
        ("app/amplify/backend/backend-config.json", BACKEND),
        schema,
        ("app/amplify/backend/function/total/total-cloudformation-template.json", function),
        ("pay/template.yaml", RESOLVER),
    ]);
    assert_eq!(components(&found), ["OrderTable data_store unknown", "pay/Flow process unknown", "shop process internet", "total process internal"]);
    assert_eq!(flows(&found), ["shop>OrderTable:https", "shop>pay/Flow:https", "shop>total:https"]);
    assert_eq!(
        ways_in(&found),
        [
            "shop:graphql Mutation.pay asks",
            "shop:graphql Query.getOrder asks",
            "shop:graphql Query.listOrders asks",
            "shop:graphql Query.ordersOfDay asks",
            "shop:graphql Query.total asks",
        ]
    );
    let alone = model(&[schema]);
    assert!(!alone.components.iter().any(|component| component.name == "OrderTable"), "the words may be another tool's");
}

const AZD: &str = "
name: shop
services:
  web: {project: packages/web, language: ts, host: staticwebapp}
  api: {project: packages/api, language: ts, host: function}
  work: {project: packages/jobs, language: js, host: containerapp}
";

const MAIN: &str = "
param location string
param useGateway bool = false

module storageAccount 'core/storage.bicep' = { name: 'storage', params: { location: location } }
module gateway 'core/gateway.bicep' = if (useGateway) { name: 'gateway' }
module web 'core/web.bicep' = { name: 'web', params: { tags: { 'azd-service-name': 'web' } } }
module api 'core/site.bicep' = {
  name: 'api'
  params: {
    appSettings: { FILES: storageAccount.outputs.endpoint, OTHER: 'x' }
  }
}
module backend 'core/backend.bicep' = { name: 'backend', params: { site: web.outputs.name, api: api.outputs.name } }
module work 'core/app.bicep' = { name: 'work', params: { external: true } }
module inner 'core/app.bicep' = { name: 'inner', params: { external: false } }
";

/// Services are what their folders hold; what is deployed is what calls reach, once for each call.
#[test]
fn a_template_of_azure_is_what_its_calls_deploy() {
    let web =
        "param tags object = {}\nresource site 'Microsoft.Web/staticSites@2022-09-01' = {\n  name: 'web'\n  tags: tags\n}\noutput name string = site.name\n";
    let site = "param appSettings object = {}\nresource app 'Microsoft.Web/sites@2022-09-01' = {\n  name: 'api'\n  kind: 'functionapp,linux'\n}\noutput name string = app.name\n";
    let app = "param external bool = false\nresource app 'Microsoft.App/containerApps@2024-03-01' = {\n  name: 'x'\n  properties: { configuration: { ingress: { external: external, targetPort: 80 } } }\n}\n";
    let backend = "param site string\nparam api string\nresource portal 'Microsoft.Web/staticSites@2022-09-01' existing = { name: site }\nresource target 'Microsoft.Web/sites@2022-09-01' existing = { name: api }\nresource linked 'Microsoft.Web/staticSites/linkedBackends@2022-09-01' = {\n  parent: portal\n  name: 'api'\n  properties: { backendResourceId: target.id }\n}\n";
    let files = [
        ("azure.yaml", AZD),
        ("infra/main.bicep", MAIN),
        (
            "infra/core/storage.bicep",
            "param location string\nresource storage 'microsoft.storage/storageaccounts@2022-09-01' = { name: 'files', location: location }\noutput endpoint string = storage.properties.primaryEndpoints.blob\n",
        ),
        ("infra/core/gateway.bicep", "resource apim 'Microsoft.ApiManagement/service@2021-08-01' = { name: 'gateway' }\n"),
        ("infra/core/unused.bicep", "resource cache 'Microsoft.Cache/redis@2023-08-01' = { name: 'cache' }\n"),
        ("infra/core/web.bicep", web),
        ("infra/core/site.bicep", site),
        ("infra/core/app.bicep", app),
        ("infra/core/backend.bicep", backend),
        ("packages/api/package.json", "{\"name\":\"shop-api\",\"dependencies\":{\"@azure/functions\":\"4\"}}"),
        (
            "packages/api/index.ts",
            "import { app } from '@azure/functions';\napp.http('orders', { methods: ['GET'], authLevel: 'anonymous', handler: async () => ({ body: process.env.FILES }) });\n",
        ),
    ];
    let found = model(&files);
    assert_eq!(
        components(&found),
        ["api process internet", "inner process internal", "storage data_store unknown", "web process internet", "work process internet"]
    );
    assert_eq!(flows(&found), ["api>storage:https", "web>api:https"]);
    assert_eq!(ways_in(&found), ["api:GET /api/orders open"]);
    let alone = model(&[("infra/unused.bicep", files[4].1)]);
    assert_eq!(components(&alone), ["cache data_store unknown"], "a file that nobody takes in is deployed itself");
}

/// Templates of Azure in JSON make what they declare, and nothing where they are made of Bicep.
#[test]
fn templates_of_azure_make_their_resources() {
    let json = "{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\", \"parameters\": {\"open\": {\"type\": \"bool\", \"defaultValue\": true}}, \"variables\": {\"dataName\": \"[uniqueString('x')]\"}, \"resources\": [{\"type\": \"Microsoft.DBforPostgreSQL/flexibleServers\", \"name\": \"[variables('dataName')]\"}, {\"type\": \"Microsoft.App/containerApps\", \"name\": \"shop\", \"properties\": {\"configuration\": {\"ingress\": {\"external\": \"[parameters('open')]\"}}}}, {\"type\": \"Microsoft.Network/virtualNetworks\", \"name\": \"net\"}]}";
    assert_eq!(components(&model(&[("deploy/main.json", json)])), ["data data_store unknown", "shop process internet"]);
    let made = model(&[("deploy/main.json", json), ("deploy/main.bicep", "resource cache 'Microsoft.Cache/redis@2023-08-01' = { name: 'cache' }\n")]);
    assert_eq!(components(&made), ["cache data_store unknown"]);
}

/// Variables of ARM that name each other many times are followed as far as anybody can wait; the rest is still read.
#[test]
fn variables_of_arm_that_grow_without_end() {
    let texts = (1..12).map(|at| format!("\"v{at}\": \"[concat({})]\"", vec![format!("variables('v{}')", at - 1); 20].join(", ")));
    let json = format!(
        "{{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\", \"variables\": {{\"v0\": \"x\", {}}}, \"resources\": [{{\"type\": \"Microsoft.DBforPostgreSQL/flexibleServers\", \"name\": \"data\", \"tags\": {{\"x\": \"[variables('v11')]\"}}}}]}}",
        texts.collect::<Vec<_>>().join(", ")
    );
    let found = model(&[("main.json", &json)]);
    assert!(found.components.iter().any(|component| component.name == "data"));
}

const REGISTRY: &str = "
var origin = 'https://${name}.${apps.outputs.defaultDomain}'
module apps 'br/public:avm/ptn/azd/container-apps-stack:0.1.0' = { name: 'apps' }
module vault 'br/public:avm/res/key-vault/vault:0.5.1' = { name: 'vault', params: { name: 'shop' } }
module api 'br/public:avm/ptn/azd/container-app-upsert:0.1.1' = {
  name: 'api-app'
  params: {
    tags: union(tags, { 'azd-service-name': 'api' })
    env: [
      { name: 'VAULT_URL', value: vault.outputs.uri }
      { name: 'ALLOWED_ORIGIN', value: origin }
    ]
  }
}
";

/// Settings of a site may be a resource of their own, since they name what asks for the site.
#[test]
fn settings_of_a_site_are_what_its_program_is_told() {
    let main = "module store 'br/public:avm/res/document-db/database-account:0.16.0' = { name: 'store' }\nmodule site 'br/public:avm/res/web/site:0.16.1' = {\n  name: 'api'\n  params: { tags: { 'azd-service-name': 'api' } }\n}\nmodule settings 'br/public:avm/res/web/site/config:0.1.0' = {\n  params: {\n    name: 'appsettings'\n    appName: site.outputs.name\n    properties: { STORE_URL: store.outputs.endpoint }\n  }\n}\n";
    let found = model(&[
        ("azure.yaml", "name: shop\nservices:\n  api: { project: ./api, language: js, host: function }\n"),
        ("infra/main.bicep", main),
        ("api/package.json", "{\"name\":\"api\"}"),
        ("api/index.js", "const url = process.env.STORE_URL;\nfetch(url + '/rows');\n"),
    ]);
    assert_eq!(flows(&found).into_iter().filter(|flow| !flow.starts_with("user>")).collect::<Vec<_>>(), ["api>store:https"]);
}

/// A test of the template takes it in, and deploys nothing; an origin that may ask is nobody that is asked.
#[test]
fn modules_of_the_registry_are_resources() {
    let code = "const url = process.env.VAULT_URL;\nconst origin = process.env.ALLOWED_ORIGIN;\nconst express = require('express');\nconst app = express();\napp.get('/', (req, res) => res.send(origin));\nfetch(url + '/secrets');\napp.listen(80);\n";
    let found = model(&[
        ("azure.yaml", "name: shop\nservices:\n  api: { project: ./src/api, language: js, host: containerapp }\n"),
        ("infra/main.bicep", REGISTRY),
        ("infra/main.test.bicep", "module main 'main.bicep' = { name: 'main' }\n"),
        ("src/api/package.json", "{\"name\":\"api\",\"dependencies\":{\"express\":\"4\"}}"),
        ("src/api/index.js", code),
    ]);
    let made: Vec<String> = components(&found).into_iter().filter(|component| !component.starts_with("user ")).collect();
    assert_eq!(made, ["api process internet", "apps data_store unknown", "vault process unknown"]);
    assert_eq!(flows(&found).into_iter().filter(|flow| !flow.starts_with("user>")).collect::<Vec<_>>(), ["api>vault:https"]);
}
