//! Resources that programs of Java, Go and C# declare: one system, whatever language describes it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{components, flows, model, ways_in};

const JAVA: &str = r#"package shop;
import java.util.Map;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.apigateway.*;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.dynamodb.TableProps;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.FunctionProps;
import software.amazon.awscdk.services.lambda.eventsources.SqsEventSource;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;

public class Shop extends Stack {
    public Shop(final Construct scope, final String id, final StackProps props) {
        super(scope, id, props);
        Table orders = new Table(this, "Orders", TableProps.builder().tableName("orders").build());
        Queue jobs = Queue.Builder.create(this, "Jobs").build();
        Function list = Function.Builder.create(this, "List")
            .handler("list.handler").code(Code.fromAsset("lambda")).environment(Map.of("TABLE_NAME", orders.getTableName())).build();
        Function work = new Function(this, "Work", FunctionProps.builder()
            .handler("work.handler").code(Code.fromAsset("lambda")).environment(Map.of("TABLE_NAME", orders.getTableName())).build());
        work.addEventSource(new SqsEventSource(jobs));
        orders.grantReadWriteData(list);
        orders.grantReadData(work);
        RestApi api = new RestApi(this, "Api", RestApiProps.builder().restApiName("Shop").build());
        IResource items = api.getRoot().addResource("items");
        items.addMethod("GET", new LambdaIntegration(list));
        items.addMethod("POST", new LambdaIntegration(list), MethodOptions.builder().authorizationType(AuthorizationType.IAM).build());
    }
}
"#;

const APP: &str = "package shop;\nimport software.amazon.awscdk.App;\npublic class Main {\n    public static void main(final String[] args) {\n        App app = new App();\n        new Shop(app, \"Shop\", null);\n        app.synth();\n    }\n}\n";

const GO: &str = r#"package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambdaeventsources"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

func NewShop(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	orders := awsdynamodb.NewTable(stack, jsii.String("Orders"), &awsdynamodb.TableProps{TableName: jsii.String("orders")})
	jobs := awssqs.NewQueue(stack, jsii.String("Jobs"), nil)
	variables := &map[string]*string{"TABLE_NAME": orders.TableName()}
	list := awslambda.NewFunction(stack, jsii.String("List"), &awslambda.FunctionProps{
		Handler: jsii.String("list.handler"), Code: awslambda.Code_FromAsset(jsii.String("lambda"), nil), Environment: variables,
	})
	work := awslambda.NewFunction(stack, jsii.String("Work"), &awslambda.FunctionProps{
		Handler: jsii.String("work.handler"), Code: awslambda.Code_FromAsset(jsii.String("lambda"), nil),
		Events: &[]awslambda.IEventSource{awslambdaeventsources.NewSqsEventSource(jobs, nil)},
	})
	work.AddEnvironment(jsii.String("TABLE_NAME"), orders.TableName(), nil)
	orders.GrantReadWriteData(list)
	orders.GrantReadData(work)
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{})
	items := api.Root().AddResource(jsii.String("items"), nil)
	items.AddMethod(jsii.String("GET"), awsapigateway.NewLambdaIntegration(list, nil), nil)
	items.AddMethod(jsii.String("POST"), awsapigateway.NewLambdaIntegration(list, nil), &awsapigateway.MethodOptions{
		AuthorizationType: awsapigateway.AuthorizationType_IAM,
	})
	return stack
}

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	NewShop(app, "Shop")
	app.Synth(nil)
}
"#;

const CSHARP: &str = r#"using System.Collections.Generic;
using Amazon.CDK;
using Amazon.CDK.AWS.APIGateway;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.Lambda.EventSources;
using Amazon.CDK.AWS.SQS;
using Constructs;

namespace Infra
{
    public class Shop : Stack
    {
        internal Shop(Construct scope, string id, IStackProps props = null) : base(scope, id, props)
        {
            var orders = new Table(this, "Orders", new TableProps { TableName = "orders" });
            var jobs = new Queue(this, "Jobs");
            var list = new Function(this, "List", new FunctionProps
            {
                Handler = "list.handler",
                Code = Code.FromAsset("lambda"),
                Environment = new Dictionary<string, string> { { "TABLE_NAME", orders.TableName } },
            });
            var work = new Function(this, "Work", new FunctionProps
            {
                Handler = "work.handler",
                Code = Code.FromAsset("lambda"),
                Environment = new Dictionary<string, string> { ["TABLE_NAME"] = orders.TableName },
            });
            work.AddEventSource(new SqsEventSource(jobs));
            orders.GrantReadWriteData(list);
            orders.GrantReadData(work);
            var api = new RestApi(this, "Api", new RestApiProps { RestApiName = "Shop" });
            var items = api.Root.AddResource("items");
            items.AddMethod("GET", new LambdaIntegration(list));
            items.AddMethod("POST", new LambdaIntegration(list), new MethodOptions { AuthorizationType = AuthorizationType.IAM });
        }
    }

    sealed class Program
    {
        public static void Main(string[] args)
        {
            var app = new App();
            new Shop(app, "Shop", new StackProps());
            app.Synth();
        }
    }
}
"#;

const LIST: (&str, &str) = (
    "lambda/list.py",
    "import boto3\nimport os\n\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE_NAME'])\n\ndef handler(event, context):\n    return table.scan()\n",
);
const WORK: (&str, &str) = ("lambda/work.py", LIST.1);

/// The program itself runs where the system is deployed from, and is no part of it.
#[test]
fn one_system_whatever_language_describes_it() {
    let pom = "<project><modelVersion>4.0.0</modelVersion><groupId>shop</groupId><artifactId>infra</artifactId><dependencies><dependency><groupId>software.amazon.awscdk</groupId><artifactId>aws-cdk-lib</artifactId></dependency></dependencies></project>";
    let project = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup><ItemGroup><PackageReference Include=\"Amazon.CDK.Lib\" Version=\"2.1\" /></ItemGroup></Project>";
    let module = "module shop\n\ngo 1.22\n\nrequire github.com/aws/aws-cdk-go/awscdk/v2 v2.100.0\n";
    let described: [&[(&str, &str)]; 3] = [
        &[("pom.xml", pom), ("src/main/java/shop/Shop.java", JAVA), ("src/main/java/shop/Main.java", APP), LIST, WORK],
        &[("go.mod", module), ("shop.go", GO), LIST, WORK],
        &[("Infra.csproj", project), ("Shop.cs", CSHARP), LIST, WORK],
    ];
    for files in described {
        let model = model(files);
        assert_eq!(
            components(&model),
            ["Api process internet", "Jobs data_store unknown", "List process internal", "Orders data_store unknown", "Work process internal"],
            "{}",
            files[0].0
        );
        assert_eq!(flows(&model), ["Api>List:https", "Jobs>Work:https", "List>Orders:https", "Work>Orders:https"], "{}", files[0].0);
        assert_eq!(ways_in(&model), ["Api:GET /items open", "Api:POST /items asks"], "{}", files[0].0);
        let granted = model.flows.iter().find(|flow| flow.id.rest() == "List>Orders:https").unwrap();
        assert_eq!(granted.authenticated, Some(true));
    }
}

const PULUMI_GO: &str = r#"package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		jobs, err := sqs.NewQueue(ctx, "jobs", nil)
		if err != nil {
			return err
		}
		work, err := lambda.NewFunction(ctx, "work", &lambda.FunctionArgs{
			Code:    pulumi.NewFileArchive("./handler/handler.zip"),
			Handler: pulumi.String("handler"),
			Role:    pulumi.String("arn"),
		})
		if err != nil {
			return err
		}
		_, err = lambda.NewEventSourceMapping(ctx, "poll", &lambda.EventSourceMappingArgs{EventSourceArn: jobs.Arn, FunctionName: work.Name})
		return err
	})
}
"#;

/// The archive is what a build puts beside its source.
#[test]
fn an_archive_that_is_not_there_is_of_the_folder_in_which_it_is_put() {
    let handler = "package main\n\nimport (\n\t\"github.com/aws/aws-lambda-go/lambda\"\n)\n\nfunc handle() (string, error) { return \"\", nil }\n\nfunc main() { lambda.Start(handle) }\n";
    let module = "module shop\n\ngo 1.22\n\nrequire (\n\tgithub.com/aws/aws-lambda-go v1.40.0\n\tgithub.com/pulumi/pulumi/sdk/v3 v3.1.0\n)\n";
    let model = model(&[("go.mod", module), ("main.go", PULUMI_GO), ("handler/handler.go", handler)]);
    assert_eq!(components(&model), ["jobs data_store unknown", "work process internal"]);
    assert_eq!(flows(&model), ["jobs>work:https"]);
    assert_eq!(ways_in(&model), ["work:function work unknown"]);
}

/// An image that is built where it is deployed is the service's source.
#[test]
fn an_image_that_is_built_there_is_what_the_service_runs() {
    let program = "import * as app from '@pulumi/azure-native/app';\nimport * as docker from '@pulumi/docker';\n\nconst image = new docker.Image('web', { imageName: 'registry.example/web:1', build: { context: './web' } });\nnew app.ContainerApp('front', {\n  configuration: { ingress: { external: true, targetPort: 80 } },\n  template: { containers: [{ name: 'web', image: image.imageName }] },\n});\n";
    let web = "const express = require('express');\nconst app = express();\napp.get('/hello', (req, res) => res.send('x'));\napp.listen(80);\n";
    let model = model(&[
        ("package.json", "{\"name\":\"infra\",\"dependencies\":{\"@pulumi/azure-native\":\"2\",\"@pulumi/docker\":\"4\"}}"),
        ("index.ts", program),
        ("web/package.json", "{\"name\":\"web\",\"dependencies\":{\"express\":\"4\"}}"),
        ("web/Dockerfile", "FROM node:20\nCOPY . .\nCMD [\"node\", \"index.js\"]\n"),
        ("web/index.js", web),
    ]);
    assert_eq!(components(&model), ["front process internet"]);
    assert_eq!(ways_in(&model), ["front:GET /hello open"]);
}

/// Of constructors that are called alike the one that takes so much, and what it hands on to.
#[test]
fn constructors_that_hand_on_to_others() {
    let store = "package shop;\nimport software.amazon.awscdk.services.s3.Bucket;\nimport software.constructs.Construct;\n\npublic class Store extends Construct {\n    public Store(final Construct scope, final String id) {\n        this(scope, id, null);\n    }\n    public Store(final Construct scope, final String id, final String name) {\n        super(scope, id);\n        Bucket.Builder.create(this, \"Files\").build();\n    }\n}\n";
    let stack = "package shop;\nimport software.amazon.awscdk.Stack;\nimport software.constructs.Construct;\n\npublic class Shop extends Stack {\n    public Shop(final Construct scope, final String id) {\n        super(scope, id);\n        new Store(this, \"Public\");\n        new Store(this, \"Own\", \"own\");\n    }\n}\n";
    let found = model(&[
        ("pom.xml", "<project><artifactId>infra</artifactId></project>"),
        ("src/main/java/shop/Store.java", store),
        ("src/main/java/shop/Shop.java", stack),
    ]);
    assert_eq!(components(&found), ["OwnFiles data_store unknown", "PublicFiles data_store unknown"]);
}
