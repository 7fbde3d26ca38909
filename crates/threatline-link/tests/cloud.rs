//! Resources of a cloud in templates and Terraform: components, who calls whom, and where requests come in.
#![allow(clippy::unwrap_used)]

mod common;

use common::{components, flows, model};
use threatline_model::Model;

/// `component:METHOD path`, who is let in, and how that is known.
fn ways_in(model: &Model) -> Vec<String> {
    let verdict = |known: Option<bool>| known.map_or("unknown", |asks| if asks { "asks" } else { "open" });
    let grade = |entry: &threatline_model::EntryPoint| entry.authenticated_proof.as_ref().map_or(String::new(), |proof| format!(" {:?}", proof.grade));
    model.entry_points.iter().map(|entry| format!("{} {}{}", entry.id.rest(), verdict(entry.authenticated), grade(entry))).collect()
}

/// A function that reads the variable and asks what it names.
const ASKS: &str = "import os\nimport requests\n\nURL = os.environ['ORDERS_URL']\n\ndef handler(event, _):\n    return requests.get(URL + '/orders').json()\n";

const ORDERS: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Spare: {Type: AWS::DynamoDB::Table}
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: live}
  Create:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/create/
      Handler: main.handler
      Environment: {Variables: {TABLE: !Ref Table, SPARE: !Ref Spare}}
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Table}
      Events:
        Web: {Type: Api, Properties: {Path: /orders, Method: post, RestApiId: !Ref Api, Auth: {Authorizer: AWS_IAM}}}
        Open: {Type: Api, Properties: {Path: /health, Method: get, RestApiId: !Ref Api, Auth: {Authorizer: NONE}}}
        Silent: {Type: Api, Properties: {Path: /silent, Method: get, RestApiId: !Ref Api}}
        All: {Type: Api, Properties: {Path: '/rest/{proxy+}', Method: any, RestApiId: !Ref Api}}
        Clock: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
  Changed:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/changed/
      Handler: main.handler
      Policies:
        - Statement: {Effect: Allow, Action: ['dynamodb:GetRecords'], Resource: !GetAtt Table.StreamArn}
        - Statement: {Effect: Deny, Action: 'dynamodb:*', Resource: !GetAtt Spare.Arn}
      Events:
        Stream: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn}}
  Url:
    Type: AWS::SSM::Parameter
    Properties:
      Name: !Sub /shop/${Stage}/orders/url
      Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/live'
";

const WEB: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  OrdersUrl: {Type: 'AWS::SSM::Parameter::Value<String>'}
  OtherUrl: {Type: 'AWS::SSM::Parameter::Value<String>'}
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: main.handler
      Environment: {Variables: {ORDERS_URL: !Ref OrdersUrl, OTHER: !Ref OtherUrl}}
      FunctionUrlConfig: {AuthType: AWS_IAM}
";

#[test]
fn templates_make_a_system() {
    let model = model(&[
        ("orders/template.yaml", ORDERS),
        ("orders/src/create/main.py", "def handler(event, _):\n    return 1\n"),
        ("web/template.yaml", WEB),
        ("web/src/main.py", ASKS),
    ]);
    assert_eq!(
        components(&model),
        [
            "orders/Api process internet",
            "orders/Changed process internal",
            "orders/Create process internal",
            "orders/Spare data_store unknown",
            "orders/Table data_store unknown",
            "web/Front process internet",
        ]
    );
    assert_eq!(
        flows(&model),
        ["orders/Api>orders/Create:https", "orders/Create>orders/Table:https", "orders/Table>orders/Changed:https", "web/Front>orders/Api:https"],
        "nobody may use the spare table"
    );
    assert_eq!(
        ways_in(&model),
        [
            "orders/Api:ANY /rest/{proxy+} unknown",
            "orders/Api:GET /health open X",
            "orders/Api:GET /silent open C",
            "orders/Api:POST /orders asks X",
            "orders/Create:schedule Create unknown",
            "web/Front:ANY / asks X",
        ]
    );
    let granted = model.flows.iter().find(|flow| flow.id.rest() == "orders/Create>orders/Table:https").unwrap();
    assert_eq!((granted.authenticated, granted.encrypted), (Some(true), Some(true)));
}

#[test]
fn equal_ids_of_two_templates_are_two_components() {
    let text = "Resources:\n  Table: {Type: AWS::DynamoDB::Table}\n  Reader:\n    Type: AWS::Lambda::Function\n    Properties: {Role: !GetAtt Role.Arn}\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n        - PolicyDocument: {Statement: [{Effect: Allow, Action: 'dynamodb:GetItem', Resource: [!GetAtt Table.Arn]}]}\n";
    let model = model(&[("a/one.yaml", text), ("a/two.yaml", text)]);
    assert_eq!(model.components.len(), 4);
    assert_eq!(model.flows.len(), 2, "a name is valid in its template: {:?}", flows(&model));
}

#[test]
fn a_private_gateway_is_inside_and_a_default_authorizer_asks_for_all() {
    let text = "Transform: AWS::Serverless-2016-10-31\nGlobals: {Api: {EndpointConfiguration: PRIVATE, Auth: {DefaultAuthorizer: Pool}}}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        A: {Type: Api, Properties: {Path: /a, Method: get}}\n        B: {Type: Api, Properties: {Path: /b, Method: get, Auth: {Authorizer: NONE}}}\n";
    let model = model(&[("template.yaml", text)]);
    assert_eq!(components(&model), ["F process internal", "ServerlessRestApi process internal"]);
    assert_eq!(ways_in(&model), ["ServerlessRestApi:GET /a asks X", "ServerlessRestApi:GET /b open X"]);
}

#[test]
fn a_definition_says_what_its_gateway_serves() {
    let template = "Resources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties: {DefinitionBody: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: api.yaml}}}}\n  Get: {Type: AWS::Lambda::Function}\n";
    let api = "openapi: 3.0.2\ninfo: {title: x}\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-auth: {type: AWS_IAM}\n      x-amazon-apigateway-integration: {uri: {'Fn::Sub': 'arn:aws:apigateway:x:lambda:path/functions/${Get.Arn}/invocations'}}\n    post: {}\n";
    let model = model(&[("shop/template.yaml", template), ("shop/api.yaml", api)]);
    assert_eq!(ways_in(&model), ["shop/Api:GET /a asks X", "shop/Api:POST /a unknown"]);
    let point = &model.entry_points[0];
    assert_eq!(point.flows.as_ref().map(|flows| flows.len()), Some(1));
}

#[test]
fn functions_of_one_folder_own_their_handlers() {
    let serverless = "service: shop\nprovider: {name: aws, runtime: python3.12}\nfunctions:\n  front:\n    handler: src/front.handler\n    environment: {ORDERS_URL: {'Fn::GetAtt': [HttpApi, ApiEndpoint]}}\n    events: [{httpApi: GET /front}]\n  back:\n    handler: src/back.handler\n    events:\n      - httpApi: {path: /back, method: post, authorizer: jwt}\n      - sqs: {arn: {'Fn::GetAtt': [Queue, Arn]}}\nresources:\n  Resources:\n    Queue: {Type: AWS::SQS::Queue}\n";
    let model = model(&[("serverless.yml", serverless), ("src/front.py", ASKS), ("src/back.py", "def handler(event, _):\n    return 1\n")]);
    assert_eq!(components(&model), ["HttpApi process internet", "Queue data_store unknown", "back process internal", "front process internal"]);
    assert_eq!(flows(&model), ["HttpApi>back:https", "HttpApi>front:https", "Queue>back:https", "front>HttpApi:https"]);
    assert_eq!(ways_in(&model), ["HttpApi:GET /front open C", "HttpApi:POST /back asks X"]);
}

#[test]
fn terraform_routes_are_joined_over_files() {
    let main = r#"
resource "aws_api_gateway_rest_api" "shop" { name = "shop" }
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_resource" "order" {
  parent_id = aws_api_gateway_resource.orders.id
  path_part = "{id}"
}
resource "aws_lambda_function" "get" {
  function_name = "get-order"
  role          = aws_iam_role.get.arn
  filename      = data.archive_file.get.output_path
  handler       = "main.handler"
}
data "archive_file" "get" {
  type       = "zip"
  source_dir = "${path.module}/get"
}
resource "aws_iam_role" "get" { name = "get" }
resource "aws_iam_role_policy" "get" {
  role   = aws_iam_role.get.id
  policy = data.aws_iam_policy_document.get.json
}
data "aws_iam_policy_document" "get" {
  statement {
    actions   = ["dynamodb:GetItem"]
    resources = [aws_dynamodb_table.orders.arn]
  }
}
resource "aws_dynamodb_table" "orders" { name = "orders" }
"#;
    let methods = r#"
resource "aws_api_gateway_method" "get" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  resource_id   = aws_api_gateway_resource.order.id
  http_method   = "GET"
  authorization = "NONE"
}
resource "aws_api_gateway_method" "list" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  resource_id   = aws_api_gateway_resource.orders.id
  http_method   = "GET"
  authorization = var.authorization
}
resource "aws_api_gateway_integration" "get" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  resource_id = aws_api_gateway_resource.order.id
  uri         = aws_lambda_function.get.invoke_arn
}
resource "aws_apigatewayv2_route" "elsewhere" {
  api_id    = var.api
  route_key = "GET /elsewhere"
}
"#;
    let model = model(&[("infra/main.tf", main), ("infra/methods.tf", methods), ("infra/get/main.py", "def handler(event, _):\n    return 1\n")]);
    assert_eq!(components(&model), ["get-order process internal", "orders data_store unknown", "shop process internet"]);
    assert_eq!(flows(&model), ["get-order>orders:https", "shop>get-order:https"]);
    assert_eq!(ways_in(&model), ["shop:GET /orders unknown", "shop:GET /orders/{id} open X"]);
}

/// An address is what a resource is; a name that another resource will get is not known; a function's log is no store.
#[test]
fn resources_of_terraform_are_told_apart_by_their_addresses() {
    let main = r#"
resource "aws_db_instance" "main" { engine = "mysql" }
resource "aws_rds_cluster" "main" { engine = "aurora-postgresql" }
resource "azurerm_key_vault" "this" {}
resource "azurerm_storage_account" "this" { name = "store${random_integer.some.result}" }
resource "aws_s3_bucket" "logs" { bucket = "logs-of-${azurerm_key_vault.this.name}" }
resource "aws_lambda_function" "work" { function_name = "work" }
resource "aws_lambda_function" "rest" {}
resource "aws_cloudwatch_log_group" "work" { name = "/aws/lambda/work" }
resource "aws_cloudwatch_log_group" "rest" { name = "/aws/lambda/${aws_lambda_function.rest.function_name}" }
resource "aws_cloudwatch_log_group" "own" { name = "/aws/lambda/else" }
"#;
    let found: Vec<String> = model(&[("infra/main.tf", main)]).components.iter().map(|c| c.id.rest().to_owned()).collect();
    assert_eq!(
        found,
        [
            "/aws/lambda/else",
            "infra/aws_db_instance.main",
            "infra/aws_rds_cluster.main",
            "infra/azurerm_key_vault.this",
            "infra/azurerm_storage_account.this",
            "logs",
            "rest",
            "work"
        ]
    );
}

/// What runs in a container here and is managed there is one, but not two managed ones, nor another product.
#[test]
fn a_managed_store_may_be_another_form_of_a_deployed_one() {
    let compose = "services:\n  orders:\n    image: postgres:16\n  users:\n    image: postgres:16\n";
    let main = "resource \"aws_db_instance\" \"orders\" {\n  engine = \"postgres\"\n}\nresource \"aws_rds_cluster\" \"orders\" {}\nresource \"aws_db_instance\" \"users\" {\n  engine = \"mysql\"\n}\n";
    let found: Vec<String> =
        model(&[("compose.yaml", compose), ("infra/main.tf", main)]).components.iter().map(|c| format!("{} {:?}", c.id.rest(), c.technologies)).collect();
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn a_public_address_alone_is_no_exposure() {
    let main =
        "resource \"aws_db_instance\" \"a\" {\n  publicly_accessible = true\n}\nresource \"aws_db_instance\" \"b\" {\n  publicly_accessible = false\n}\n";
    assert_eq!(components(&model(&[("main.tf", main)])), ["a data_store unknown", "b data_store internal"]);
}

#[test]
fn names_that_lead_in_a_circle_end() {
    let text = "Parameters:\n  A: {Type: String}\nResources:\n  One: {Type: 'AWS::SSM::Parameter', Properties: {Name: /a/b, Value: !Ref Two}}\n  Two: {Type: 'AWS::SSM::Parameter', Properties: {Name: /a/c, Value: !Ref One}}\n  F: {Type: 'AWS::Lambda::Function', Properties: {Environment: {Variables: {X: !Ref One}}}}\n";
    assert_eq!(components(&model(&[("template.yaml", text)])), ["F process internal"]);
    let tree = "resource \"aws_api_gateway_rest_api\" \"a\" {}\nresource \"aws_api_gateway_resource\" \"x\" {\n  parent_id = aws_api_gateway_resource.x.id\n  path_part = \"x\"\n}\nresource \"aws_api_gateway_method\" \"m\" {\n  rest_api_id = aws_api_gateway_rest_api.a.id\n  resource_id = aws_api_gateway_resource.x.id\n  http_method = \"GET\"\n}\n";
    assert!(model(&[("main.tf", tree)]).entry_points.is_empty());
}

const STACK: &str = "
import { Stack } from 'aws-cdk-lib';
import * as apigw from 'aws-cdk-lib/aws-apigateway';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as path from 'path';
import { Service } from './service';

export class Shop extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const table = new dynamodb.Table(this, 'Orders');
    const jobs = new sqs.Queue(this, 'Jobs');
    const list = new Service(this, 'List', { entry: 'list', environment: { TABLE: table.tableName, JOBS: jobs.queueUrl } }).handler;
    const work = new Service(this, 'Work', { entry: 'work' }).handler;
    table.grantReadData(list);
    work.addEventSource(new SqsEventSource(jobs));
    const api = new apigw.RestApi(this, 'Api');
    const orders = api.root.addResource('orders');
    orders.addMethod('GET', new apigw.LambdaIntegration(list));
    orders.addMethod('POST', new apigw.LambdaIntegration(list), { authorizer: new apigw.TokenAuthorizer(this, 'Auth', { handler: work }) });
    const one = orders.addResource('{id}');
    one.addMethod('GET', new apigw.LambdaIntegration(list), props.options);
    one.addMethod('PUT', new apigw.LambdaIntegration(list), { ...props.options });
    one.addMethod('PATCH', new apigw.LambdaIntegration(list), { apiKeyRequired: true });
    one.addMethod('DELETE', new apigw.LambdaIntegration(list), { authorizationType: props.live ? apigw.AuthorizationType.IAM : apigw.AuthorizationType.NONE });
    one.addMethod(props.method, new apigw.LambdaIntegration(list));
    const kept = api.root.addResource('kept', { defaultMethodOptions: { authorizationType: apigw.AuthorizationType.IAM } });
    kept.addMethod('GET', new apigw.LambdaIntegration(list));
    new apigw.LambdaRestApi(this, 'Whole', { handler: work });
  }
}
";

const SERVICE: &str = "
import { Construct } from 'constructs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as path from 'path';

export class Service extends Construct {
  constructor(scope, id, props) {
    super(scope, id);
    this.handler = new lambda.Function(this, 'Fn', {
      code: lambda.Code.fromAsset(path.join(__dirname, '..', 'lambda')),
      handler: `${props.entry}.handler`,
      environment: props.environment,
    });
  }
}
";

/// Stages of one stack are one, a test's own stack is none, and options from elsewhere leave a route unknown.
#[test]
fn constructs_make_what_templates_do() {
    let app = "import { App } from 'aws-cdk-lib';\nimport { Shop } from './lib/shop';\nconst app = new App();\nfor (const stage of ['dev', 'prod']) {\n  new Shop(app, `${stage}-shop`, {});\n}\n";
    let test = "import { App, Stack } from 'aws-cdk-lib';\nimport { Service } from '../lib/service';\nnew Service(new Stack(new App(), 'T'), 'Probe', { entry: 'x' });\n";
    let reads = "export async function handler() {\n  return process.env.TABLE + process.env.JOBS;\n}\n";
    let model = model(&[
        ("infra/package.json", "{\"name\":\"infra\",\"dependencies\":{\"aws-cdk-lib\":\"2\"}}"),
        ("infra/app.ts", app),
        ("infra/lib/shop.ts", STACK),
        ("infra/lib/service.ts", SERVICE),
        ("infra/test/shop.test.ts", test),
        ("infra/lambda/list.ts", reads),
        ("infra/lambda/work.ts", "export const handler = async (event) => event.Records.length;\n"),
    ]);
    let found = components(&model);
    assert_eq!(
        found,
        [
            "infra/Api process internet",
            "infra/Jobs data_store unknown",
            "infra/ListFn process internal",
            "infra/Orders data_store unknown",
            "infra/Whole process internet",
            "infra/WorkFn process internal"
        ]
    );
    assert_eq!(
        ways_in(&model),
        [
            "infra/Api:DELETE /orders/{id} unknown",
            "infra/Api:GET /kept unknown",
            "infra/Api:GET /orders open C",
            "infra/Api:GET /orders/{id} unknown",
            "infra/Api:PATCH /orders/{id} asks X",
            "infra/Api:POST /orders asks X",
            "infra/Api:PUT /orders/{id} unknown",
            "infra/Whole:ANY / open C",
            "infra/Whole:ANY /{proxy+} unknown",
        ]
    );
    // the variable names the queue, but code may give more grants than one sees: nothing is denied
    assert_eq!(
        flows(&model),
        [
            "infra/Api>infra/ListFn:https",
            "infra/Jobs>infra/WorkFn:https",
            "infra/ListFn>infra/Jobs:sqs",
            "infra/ListFn>infra/Orders:https",
            "infra/Whole>infra/WorkFn:https"
        ]
    );
}

#[test]
fn services_of_containers_stand_behind_their_load_balancer() {
    let template = |scheme: &str| {
        format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Vpc: {{Type: AWS::EC2::VPC}}\n  Open: {{Type: AWS::EC2::SecurityGroup, Properties: {{VpcId: !Ref Vpc, SecurityGroupIngress: [{{IpProtocol: tcp, CidrIp: 0.0.0.0/0}}]}}}}\n  Balancer: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Scheme: {scheme}, SecurityGroups: [!Ref Open]}}}}\n  Listener: {{Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {{LoadBalancerArn: !Ref Balancer, DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Targets}}]}}}}\n  Targets: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup}}\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: api\n          Image: registry.test/api:1\n          Environment: [{{Name: DB_HOST, Value: !GetAtt Db.Endpoint.Address}}]\n  Api: {{Type: AWS::ECS::Service, Properties: {{TaskDefinition: !Ref Task, LoadBalancers: [{{TargetGroupArn: !Ref Targets}}]}}}}\n  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, PubliclyAccessible: false}}}}\n"
        )
    };
    let model = common::model(&[("template.yaml", &template("internet-facing"))]);
    let flows: Vec<&str> = model.flows.iter().map(|flow| flow.id.rest()).filter(|id| !id.starts_with("user")).collect();
    assert_eq!(flows, ["Api>Db:sql", "Balancer>Api:http"]);
    let exposure = |model: &threatline_model::Model, name: &str| model.components.iter().find(|component| component.name == name).unwrap().exposure.name();
    assert_eq!((exposure(&model, "Balancer"), exposure(&model, "Db")), ("internet", "internal"));
    let inside = common::model(&[("template.yaml", &template("internal"))]);
    assert_ne!(exposure(&inside, "Balancer"), "internet");
}

/// A rule of a bus hands what comes there to its targets, which are resources of their own.
#[test]
fn a_rule_says_where_the_events_of_its_targets_come_from() {
    let main = "resource \"aws_cloudwatch_event_bus\" \"shop\" { name = \"shop\" }\nresource \"aws_sqs_queue\" \"jobs\" { name = \"jobs\" }\nresource \"aws_cloudwatch_event_rule\" \"placed\" {\n  name = \"placed\"\n  event_bus_name = aws_cloudwatch_event_bus.shop.name\n  event_pattern = \"{}\"\n}\nresource \"aws_cloudwatch_event_target\" \"jobs\" {\n  rule = aws_cloudwatch_event_rule.placed.name\n  event_bus_name = aws_cloudwatch_event_bus.shop.name\n  arn = aws_sqs_queue.jobs.arn\n}\n";
    assert_eq!(flows(&model(&[("main.tf", main)])), ["shop>jobs:sqs"]);
    let stack = "import { Stack } from 'aws-cdk-lib';\nimport * as events from 'aws-cdk-lib/aws-events';\nimport * as targets from 'aws-cdk-lib/aws-events-targets';\nimport * as sqs from 'aws-cdk-lib/aws-sqs';\nexport class S extends Stack {\n  constructor(scope, id) {\n    super(scope, id);\n    const bus = new events.EventBus(this, 'Bus');\n    const rule = new events.Rule(this, 'Rule', { eventBus: bus });\n    rule.addTarget(new targets.SqsQueue(new sqs.Queue(this, 'Jobs')));\n  }\n}\n";
    assert_eq!(flows(&model(&[("stack.ts", stack)])), ["Bus>Jobs:sqs"]);
}
