//! Clients of hosted services: whose service it is, and which of those that are declared.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

/// Flows as `source>target:protocol` with whether a credential is presented.
fn flows(model: &Model) -> Vec<String> {
    let shown = |known: Option<bool>| known.map_or("?", |holds| if holds { "+" } else { "-" });
    model.flows.iter().map(|flow| format!("{} {}", flow.id.rest(), shown(flow.authenticated))).filter(|flow| !flow.starts_with("user>")).collect()
}

fn components(model: &Model) -> Vec<&str> {
    model.components.iter().map(|component| component.id.rest()).filter(|id| *id != "user").collect()
}

const MANIFEST: (&str, &str) = ("pyproject.toml", "[project]\nname = \"shop\"\ndependencies = [\"fastapi\", \"boto3\", \"openai\"]\n");

const APP: &str = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/x')\ndef x():\n    return 1\n";

#[test]
fn the_only_resource_of_a_service_is_meant_and_of_several_none() {
    let code = format!("{APP}\nimport boto3\nfiles = boto3.client('s3')\ntable = boto3.resource('dynamodb')\nmodel = boto3.client('bedrock-runtime')\n");
    let bucket = "resource \"aws_s3_bucket\" \"files\" { bucket = \"files\" }\n";
    let tables = "resource \"aws_dynamodb_table\" \"a\" { name = \"a\" }\nresource \"aws_dynamodb_table\" \"b\" { name = \"b\" }\n";
    let model = model(&[MANIFEST, ("main.py", &code), ("infra/main.tf", &format!("{bucket}{tables}"))]);
    assert_eq!(flows(&model), ["shop>bedrock:https +", "shop>files:s3 +"]);
    assert_eq!(components(&model), ["a", "b", "bedrock", "files", "shop"]);
}

#[test]
fn what_is_granted_and_nowhere_declared_is_used() {
    let template = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Ask:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: main.handler
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Table}
        - Statement: {Effect: Allow, Action: ['bedrock:InvokeModel'], Resource: 'arn:aws:bedrock:eu-west-1::foundation-model/*'}
";
    let code = "import boto3\n\nmodel = boto3.client('bedrock-runtime')\nfiles = boto3.client('s3')\ntable = boto3.resource('dynamodb').Table('x')\n\ndef handler(event, _):\n    return model.converse(modelId='m', messages=[])\n";
    let model = model(&[("template.yaml", template), ("src/main.py", code)]);
    assert_eq!(flows(&model), ["Ask>Table:https +", "Ask>bedrock:https +"], "a bucket is not granted");
}

#[test]
fn a_library_that_others_speak_as_well_leads_where_it_is_told() {
    let with = |call: &str, variables: &str| {
        let code = format!("{APP}\nimport os\nimport openai\nclient = openai.OpenAI({call})\n");
        let compose = format!("services:\n  shop:\n    build: .\n    environment: [{variables}]\n  vllm: {{image: vllm/vllm-openai}}\n");
        flows(&model(&[MANIFEST, ("main.py", &code), ("Dockerfile", "FROM python\nCOPY . .\n"), ("compose.yaml", &compose)]))
    };
    assert_eq!(with("api_key='k'", ""), ["shop>openai:https +"]);
    assert_eq!(with("api_key='k', base_url='http://vllm:8000/v1'", ""), ["shop>vllm:http ?"]);
    assert_eq!(with("api_key='k'", "'OPENAI_BASE_URL=http://vllm:8000/v1'"), ["shop>vllm:http ?"]);
    assert_eq!(with("base_url=os.environ['MODELS']", "'MODELS=http://vllm:8000/v1'"), ["shop>vllm:http ?"]);
    assert_eq!(with("api_key='k', base_url='https://openrouter.ai/api/v1'", ""), ["shop>openrouter:https ?"]);
    assert_eq!(with("base_url=f\"https://{os.environ['NAME']}.openai.azure.com/openai\"", ""), ["shop>azure-openai:https ?"]);
    assert_eq!(with("api_key='k', base_url=os.environ['MODELS']", ""), [] as [&str; 0], "nobody knows whose address that is");
}

#[test]
fn an_account_without_a_name_is_the_one_that_is_declared() {
    let code = format!(
        "{APP}\nimport os\nfrom azure.storage.blob import BlobServiceClient\nname = os.environ['ACCOUNT']\nblobs = BlobServiceClient(f'https://{{name}}.blob.core.windows.net')\n"
    );
    let declared = "resource \"azurerm_storage_account\" \"files\" { name = \"files\" }\n";
    assert_eq!(flows(&model(&[MANIFEST, ("main.py", &code), ("infra/main.tf", declared)])), ["shop>files:https +"]);
    assert_eq!(flows(&model(&[MANIFEST, ("main.py", &code)])), ["shop>azure-blob-storage:https +"]);
}

#[test]
fn rails_and_sidekiq_read_their_own_variables() {
    let compose = "services:\n  web:\n    build: .\n    environment: { DATABASE_URL: 'postgres://db:5432/app', REDIS_URL: 'redis://cache:6379/0' }\n  db: { image: postgres }\n  cache: { image: redis }\n";
    let routes = "Rails.application.routes.draw do\n  get '/orders', to: 'orders#index'\nend\n";
    let controller = "class OrdersController < ApplicationController\n  def index\n  end\nend\n";
    let shown = |gems: &str| {
        let files = [
            ("compose.yaml", compose),
            ("Dockerfile", "FROM ruby:3\nCOPY . .\n"),
            ("Gemfile", gems),
            ("config/routes.rb", routes),
            ("app/controllers/orders_controller.rb", controller),
        ];
        common::model(&files).flows.iter().map(|flow| flow.id.rest().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(shown("gem 'rails'\ngem 'pg'\ngem 'sidekiq'\n"), ["web>cache:redis", "web>db:sql"]);
    assert!(shown("gem 'rails'\ngem 'redis'\n").is_empty(), "the driver alone asks for nothing");
}

#[test]
fn a_knowledge_base_is_no_model_and_what_it_is_made_of_is_drawn() {
    let template = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Files: {Type: AWS::S3::Bucket}
  Vectors: {Type: AWS::OpenSearchServerless::Collection, Properties: {Name: vectors}}
  Base:
    Type: AWS::Bedrock::KnowledgeBase
    Properties:
      StorageConfiguration: {OpensearchServerlessConfiguration: {CollectionArn: !GetAtt Vectors.Arn}}
  Source:
    Type: AWS::Bedrock::DataSource
    Properties: {KnowledgeBaseId: !Ref Base, DataSourceConfiguration: {S3Configuration: {BucketArn: !GetAtt Files.Arn}}}
  Helper:
    Type: AWS::Bedrock::Agent
    Properties:
      KnowledgeBases: [{KnowledgeBaseId: !Ref Base}]
      ActionGroups: [{ActionGroupExecutor: {Lambda: !GetAtt Ask.Arn}}]
  Ask:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: main.handler
      Policies:
        - Statement:
            - {Effect: Allow, Action: ['bedrock:Retrieve'], Resource: !GetAtt Base.KnowledgeBaseArn}
            - {Effect: Allow, Action: ['bedrock:InvokeModel'], Resource: '*'}
";
    let code = "import boto3\n\nsearch = boto3.client('bedrock-agent-runtime')\nmodels = boto3.client('bedrock-runtime')\n\ndef handler(event, _):\n    found = search.retrieve(knowledgeBaseId='b', retrievalQuery={'text': 'x'})\n    return models.converse(modelId='m', messages=found)\n";
    let model = model(&[("template.yaml", template), ("src/main.py", code)]);
    assert_eq!(
        flows(&model),
        ["Ask>Base:https +", "Ask>bedrock:https +", "Base>Files:s3 +", "Base>Vectors:https ?", "Helper>Ask:https +", "Helper>Base:https +"]
    );
}

#[test]
fn one_type_of_account_is_many_services() {
    let account = |name: &str, kind: &str| {
        format!("resource {name} 'Microsoft.CognitiveServices/accounts@2024-10-01' = {{\n  name: '{name}'\n  location: 'eu'\n  kind: '{kind}'\n}}\n")
    };
    let bicep = [account("models", "OpenAI"), account("forms", "FormRecognizer")].concat();
    let code = format!(
        "{APP}\nimport os\nfrom openai import AzureOpenAI\nclient = AzureOpenAI(azure_endpoint=os.environ.get('URL', f\"https://{{os.environ['NAME']}}.openai.azure.com\"), api_key='k')\n"
    );
    let model = model(&[MANIFEST, ("main.py", &code), ("infra/main.bicep", &bicep)]);
    let roles = |c: &threatline_model::Component| c.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join("+");
    let shown: Vec<String> = model.components.iter().map(|c| format!("{} {}", c.id.rest(), roles(c))).collect();
    assert_eq!(shown, ["forms ", "models llm", "shop api"]);
    assert_eq!(flows(&model), ["shop>models:https +"], "an account without a name is the one that is declared");
}
