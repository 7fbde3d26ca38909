//! What is written once and said twice: a packaged template, a construct that another one makes, a router of another package.
#![allow(clippy::unwrap_used)]

mod common;

use common::{composed, model};
use threatline_model::{Model, Role};

fn components(model: &Model) -> Vec<&str> {
    model.components.iter().filter(|c| !c.roles.contains(&Role::User)).map(|c| c.id.rest()).collect()
}

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: live}}
  List:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: main.handler
      Policies: [{DynamoDBReadPolicy: {TableName: !Ref Orders}}]
      Events: {Web: {Type: Api, Properties: {Path: /orders, Method: get, RestApiId: !Ref Api}}}
";

/// What `sam package` writes is the same template with where the code was put.
#[test]
fn a_packaged_template_says_nothing_of_its_own() {
    let packaged = TEMPLATE.replace("CodeUri: src/", "CodeUri: s3://artifacts/0123456789abcdef");
    let handler = "def handler(event, context):\n    return {}\n";
    let both = model(&[("shop/template.yaml", TEMPLATE), ("shop/packaged.yaml", &packaged), ("shop/src/main.py", handler)]);
    assert_eq!(components(&both), ["shop/Api", "shop/List", "shop/Orders"]);
    // alone it is all that is known of the system
    assert_eq!(components(&model(&[("shop/packaged.yaml", &packaged)])), ["shop/Api", "shop/List", "shop/Orders"]);
    // and another system whose code lies in a bucket stays one
    let other = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Send: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://artifacts/fed, Handler: a.b}}\n";
    assert!(components(&model(&[("shop/template.yaml", TEMPLATE), ("mail/template.yaml", other)])).iter().any(|id| id.ends_with("Send")));
}

const MANIFEST: (&str, &str) = ("package.json", r#"{"name": "infra", "dependencies": {"aws-cdk-lib": "2", "constructs": "10"}}"#);

const STORE: (&str, &str) = (
    "lib/store/index.ts",
    "import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
export class Store extends Construct {
  public readonly orders: dynamodb.Table;
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.orders = new dynamodb.Table(this, 'Orders', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
  }
}
",
);

const BACKEND: (&str, &str) = (
    "lib/backend/index.ts",
    "import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Store } from '../store';
export class Backend extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new Store(this, 'Store');
    new sqs.Queue(this, 'Jobs');
  }
}
",
);

const STACK: (&str, &str) = (
    "lib/shop-stack.ts",
    "import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Backend } from './backend';
export class ShopStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: any) {
    super(scope, id, props);
    if (props.config.enabled) {
      new Backend(this, 'Backend');
    }
  }
}
",
);

/// Each folder is looked at alone, where nobody is seen to make its class; what makes it tells the name that it has.
#[test]
fn a_construct_is_said_where_it_is_made() {
    let on = "import * as cdk from 'aws-cdk-lib';
import { ShopStack } from '../lib/shop-stack';
new ShopStack(new cdk.App(), 'Shop', { config: CONFIG });
";
    let expected = ["BackendJobs", "BackendStoreOrders"];
    assert_eq!(components(&model(&[MANIFEST, STORE, BACKEND, STACK, ("bin/app.ts", &on.replace("CONFIG", "JSON.parse(text)"))])), expected);
    // switched off where the repository says so, it is part of the design all the same, and still one
    assert_eq!(components(&model(&[MANIFEST, STORE, BACKEND, STACK, ("bin/app.ts", &on.replace("CONFIG", "{ enabled: false }"))])), expected);
}

/// Of the stacks of a folder a program makes some; another one was left behind.
#[test]
fn a_stack_that_nobody_makes_beside_those_that_are_made_is_none() {
    let app = "import aws_cdk as cdk\nfrom infra.site_stack import SiteStack\n\napp = cdk.App()\nSiteStack(app, 'site')\napp.synth()\n";
    let site = "from aws_cdk import Stack, aws_s3 as s3\n\nclass SiteStack(Stack):\n    def __init__(self, scope, id, **kwargs):\n        super().__init__(scope, id, **kwargs)\n        s3.Bucket(self, 'Pages')\n";
    let old = "from aws_cdk import Stack, aws_sqs as sqs\n\nclass OldStack(Stack):\n    def __init__(self, scope, id, **kwargs):\n        super().__init__(scope, id, **kwargs)\n        sqs.Queue(self, 'Jobs')\n";
    let needs = ("requirements.txt", "aws-cdk-lib==2.1\n");
    assert_eq!(components(&model(&[needs, ("app.py", app), ("infra/site_stack.py", site), ("infra/old_stack.py", old)])), ["Pages"]);
    // where no stack is seen to be made, how they are is not known
    let loose = model(&[needs, ("infra/site_stack.py", site), ("infra/old_stack.py", old)]);
    assert_eq!(loose.components.len(), 2);
}

fn routes(files: &[(&str, &str)]) -> Vec<String> {
    composed(files).entries.iter().map(|entry| format!("{} {}", entry.method.as_deref().unwrap_or("*"), entry.path)).collect()
}

/// A package puts routers together, and another one mounts what comes out.
#[test]
fn a_router_of_routers_is_said_where_it_is_mounted() {
    let files = [
        ("packages/auth/package.json", r#"{"name": "@shop/auth", "main": "index.ts", "dependencies": {"hono": "4"}}"#),
        (
            "packages/auth/index.ts",
            "import { Hono } from 'hono';\nimport { sessions } from './sessions';\nexport const auth = new Hono().route('/sessions', sessions);\n",
        ),
        ("packages/auth/sessions.ts", "import { Hono } from 'hono';\nexport const sessions = new Hono().get('/mine', (c) => c.json([]));\n"),
        ("apps/web/package.json", r#"{"name": "web", "dependencies": {"hono": "4", "@shop/auth": "*"}}"#),
        (
            "apps/web/server.ts",
            "import { Hono } from 'hono';\nimport { auth } from '@shop/auth';\nconst app = new Hono();\napp.route('/api/auth', auth);\nexport default app;\n",
        ),
    ];
    assert_eq!(routes(&files), ["GET /api/auth/sessions/mine"]);
}

/// A base class makes the router in its constructor, and the application mounts that of the real object.
#[test]
fn a_router_that_a_bases_constructor_makes_is_one() {
    let files = [
        (
            "base.py",
            "from fastapi import APIRouter\n\nclass Base:\n    def __init__(self, services):\n        self.services = services\n        self.router = APIRouter()\n        self.setup()\n",
        ),
        (
            "orders.py",
            "from base import Base\n\nclass Orders(Base):\n    def setup(self):\n        @self.router.get('/orders')\n        async def orders():\n            return []\n",
        ),
        ("main.py", "from fastapi import FastAPI\nfrom orders import Orders\n\napp = FastAPI()\napp.include_router(Orders(None).router, prefix='/v1')\n"),
    ];
    assert_eq!(routes(&files), ["GET /v1/orders"]);
}

/// A bus of one stack is spoken of by its name in another one.
#[test]
fn a_resource_is_found_by_the_name_that_it_was_given() {
    let core = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop-events}}\n";
    let orders = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Bus: {Type: String, Default: shop-events}
Resources:
  Place:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: place/
      Handler: main.handler
      Policies: [{EventBridgePutEventsPolicy: {EventBusName: !Ref Bus}}]
  Notify:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: notify/
      Handler: main.handler
      Events: {Placed: {Type: EventBridgeRule, Properties: {EventBusName: shop-events, Pattern: {source: [shop]}}}}
  Other:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: other/
      Handler: main.handler
      Events: {Placed: {Type: EventBridgeRule, Properties: {EventBusName: elsewhere, Pattern: {source: [shop]}}}}
";
    let found = model(&[("core/template.yaml", core), ("orders/template.yaml", orders)]);
    let flows: Vec<&str> = found.flows.iter().map(|flow| flow.id.rest()).collect();
    assert_eq!(flows, ["core/Bus>orders/Notify:https", "orders/Place>core/Bus:https"]);
}

/// What stands before a site's bucket, as programs write it.
#[test]
fn a_distribution_of_a_program_leads_to_its_origins() {
    let stack = "import * as cdk from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
export class SiteStack extends cdk.Stack {
  constructor(scope: any, id: string) {
    super(scope, id);
    const pages = new s3.Bucket(this, 'Pages');
    const files = new s3.Bucket(this, 'Files');
    const spare = new s3.Bucket(this, 'Spare');
    new cloudfront.Distribution(this, 'Cdn', {
      defaultBehavior: { origin: origins.S3BucketOrigin.withOriginAccessControl(pages) },
      additionalBehaviors: { '/files/*': { origin: new origins.S3Origin(files) } },
    });
  }
}
";
    let found = model(&[MANIFEST, ("lib/site-stack.ts", stack)]);
    let flows: Vec<&str> = found.flows.iter().map(|flow| flow.id.rest()).filter(|id| !id.starts_with("user>")).collect();
    assert_eq!(flows, ["Cdn>Files:s3", "Cdn>Pages:s3"]);
}

/// A repository of one program, and the chart that deploys its image.
#[test]
fn the_image_of_the_whole_repository_is_the_program_that_its_manifest_names() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: talk}\nspec:\n  selector: {matchLabels: {app: talk}}\n  template:\n    metadata: {labels: {app: talk}}\n    spec: {containers: [{name: talk, image: ghcr.io/acme/talk:1.2}]}\n";
    let files = [
        ("package.json", r#"{"name": "talk", "dependencies": {"express": "4"}}"#),
        ("server.js", "const express = require('express')\nconst app = express()\napp.get('/chats', (req, res) => res.json([]))\napp.listen(80)\n"),
        ("deploy/talk.yaml", deployment),
    ];
    let built: Vec<(&str, &str)> = files.iter().copied().chain([("Dockerfile", "FROM node:20\nCOPY . .\nCMD [\"node\", \"server.js\"]\n")]).collect();
    assert_eq!(components(&model(&built)), ["talk"]);
    // without a Dockerfile nobody knows what the image is made of
    assert_eq!(model(&files).components.len(), 2);
}

/// A template with the names that `cdk synth` gives is the program's; one that people write beside it stays.
#[test]
fn a_template_that_a_program_wrote_is_the_program_s() {
    let stack = "import * as cdk from 'aws-cdk-lib';\nimport * as sqs from 'aws-cdk-lib/aws-sqs';\nimport * as s3 from 'aws-cdk-lib/aws-s3';\nexport class ShopStack extends cdk.Stack {\n  constructor(scope, id) {\n    super(scope, id);\n    new sqs.Queue(this, 'Jobs');\n    new s3.Bucket(this, 'Files');\n  }\n}\n";
    let written = "Resources:\n  Jobs7DE94BB6: {Type: AWS::SQS::Queue}\n  Files2F5A7E1C: {Type: AWS::S3::Bucket}\n  CustomProviderHandlerDC4D8B01: {Type: AWS::Lambda::Function}\n";
    let own = "Resources:\n  Topic0123ABCD: {Type: AWS::SNS::Topic}\n  Jobs: {Type: AWS::SQS::Queue}\n";
    let model = model(&[MANIFEST, ("lib/shop.ts", stack), ("cfn/shop.yaml", written), ("ops/alarms.yaml", own)]);
    let names: Vec<&str> = model.components.iter().map(|component| component.id.rest()).collect();
    assert_eq!(names, ["Files", "Jobs", "ops/Jobs", "ops/Topic0123ABCD"]);
}
