//! Terraform with its modules: what is planned, under which names, and who calls whom.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{Model, Role};

fn components(model: &Model) -> Vec<String> {
    let made = model.components.iter().filter(|c| !c.roles.contains(&Role::User));
    made.map(|c| format!("{} {}", c.id.rest(), c.exposure.name())).collect()
}

fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).filter(|id| !id.starts_with("user>")).collect()
}

const FUNCTION: &str = r#"
variable "name" {}
variable "settings" { default = {} }
variable "queue" {
  type    = object({ arn = string, batch = optional(number, 1), on = optional(bool, true) })
  default = null
}
variable "table_arns" { default = [] }
resource "aws_lambda_function" "this" {
  function_name = var.name
  role          = aws_iam_role.this.arn
  environment {
    variables = { for k, v in var.settings : k => v if v != null }
  }
}
resource "aws_iam_role" "this" {}
resource "aws_iam_role_policy" "this" {
  count = length(var.table_arns) > 0 ? 1 : 0
  role  = aws_iam_role.this.id
  policy = <<-EOT
    { "Statement": [{ "Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "${var.table_arns[0]}" }] }
  EOT
}
resource "aws_lambda_event_source_mapping" "this" {
  count            = var.queue == null ? 0 : var.queue.on ? 1 : 0
  event_source_arn = var.queue.arn
  function_name    = aws_lambda_function.this.arn
}
output "function" { value = aws_lambda_function.this }
"#;

const STORE: &str = r#"
variable "on" { default = true }
resource "aws_dynamodb_table" "this" {}
resource "aws_cloudwatch_log_group" "this" {}
output "arns" { value = [aws_dynamodb_table.this.arn] }
"#;

const ROOT: &str = r#"
variable "spare" { default = false }
locals { shared = { LEVEL = "info", NOTHING = null } }
resource "aws_sqs_queue" "jobs" { name = "jobs" }
resource "aws_sns_topic" "done" { name = "done" }
module "orders" {
  source     = "./function"
  name       = "orders"
  settings   = merge(local.shared, { X = "1" })
  table_arns = module.store[0].arns
}
module "worker" {
  source = "./function"
  name   = "worker"
  queue  = aws_sqs_queue.jobs
}
module "off" {
  source = "./function"
  name   = "off"
  queue  = { arn = aws_sqs_queue.jobs.arn, on = false }
}
module "store" {
  count  = 1
  source = "./store"
}
module "spare" {
  count  = var.spare ? 1 : 0
  source = "./store"
}
module "none" {
  for_each = {}
  source   = "./store"
}
resource "aws_sns_topic_subscription" "done" {
  topic_arn = aws_sns_topic.done.arn
  endpoint  = module.worker.function.arn
}
"#;

#[test]
fn a_module_is_there_once_for_each_call() {
    let model = model(&[("main.tf", ROOT), ("function/main.tf", FUNCTION), ("store/main.tf", STORE)]);
    let found = components(&model);
    assert_eq!(found, ["done unknown", "jobs unknown", "off internal", "orders internal", "store unknown", "store-this unknown", "worker internal"]);
    assert_eq!(flows(&model), ["done>worker:https", "jobs>worker:https", "orders>store:https"]);
}

/// A root that lies beside others and deploys the same modules deploys the same system; what differs in more than what
/// who deploys it says is something else. What only an example calls is there without it, with its own defaults.
#[test]
fn several_roots_may_deploy_one_system() {
    let module = "variable \"env\" { default = \"own\" }\nvariable \"what\" {}\nresource \"aws_sqs_queue\" \"jobs\" {\n  name = \"${var.env}-${var.what}\"\n}\n";
    let root = |env: &str, what: &str| format!("variable \"env\" {{\n  default = \"{env}\"\n}}\nmodule \"jobs\" {{\n  source = \"../../jobs\"\n  env = var.env\n  what = \"{what}\"\n}}\n");
    let found = |files: &[(&str, &str)]| -> Vec<String> { components(&model(files)) };
    let (one, two) = (root("one", "jobs"), root("two", "jobs"));
    assert_eq!(found(&[("jobs/main.tf", module), ("roots/a/main.tf", &one), ("roots/b/main.tf", &two)]), ["jobs unknown"]);
    let other = root("two", "mails");
    assert_eq!(found(&[("jobs/main.tf", module), ("roots/a/main.tf", &one), ("roots/b/main.tf", &other)]).len(), 2);
    let whole = "variable \"env\" { default = \"own\" }\nresource \"aws_sqs_queue\" \"jobs\" {\n  name = \"${var.env}-jobs\"\n}\n";
    assert_eq!(found(&[("jobs/main.tf", whole), ("examples/a/main.tf", &one)]), ["own-jobs unknown"]);
}

/// Values of a module's own folder are read where it is a root, and nowhere else.
#[test]
fn files_of_values_are_the_roots() {
    let module = "variable \"name\" {}\nresource \"aws_s3_bucket\" \"files\" {\n  bucket = var.name\n}\n";
    let values = ("store/terraform.tfvars", "name = \"of-nobody\"\n");
    let root = "module \"store\" {\n  source = \"./store\"\n  name = \"mine\"\n}\n";
    assert_eq!(components(&model(&[("store/main.tf", module), values, ("main.tf", root)])), ["mine unknown"]);
    assert_eq!(components(&model(&[("store/main.tf", module), values])), ["of-nobody unknown"]);
    let two = [("store/main.tf", module), ("store/a.tfvars", "name = \"a\"\n"), ("store/b.tfvars", "name = \"b\"\n")];
    assert_eq!(components(&model(&two)), ["files unknown"]);
}

#[test]
fn published_modules_stand_for_what_they_make() {
    let main = r#"
module "vpc" { source = "terraform-aws-modules/vpc/aws" }
module "orders" {
  source = "terraform-aws-modules/rds-aurora/aws"
  engine = "aurora-postgresql"
}
module "nobody" { source = "somebody/else/aws" }
module "off" {
  source = "terraform-aws-modules/s3-bucket/aws"
  create = false
}
module "list" {
  source                = "terraform-aws-modules/lambda/aws"
  function_name         = "list"
  environment_variables = { DB = module.orders.cluster_endpoint }
}
"#;
    let model = model(&[("main.tf", main)]);
    assert_eq!(components(&model), ["list internal", "orders unknown"]);
}

/// Modules that call each other, values that need themselves, and choices that nobody knows.
#[test]
fn what_leads_in_a_circle_ends() {
    let a = "variable \"x\" {}\nmodule \"b\" {\n  source = \"../b\"\n  x = module.b.x\n}\noutput \"x\" { value = var.x }\nresource \"aws_sqs_queue\" \"q\" { name = local.a }\nlocals {\n  a = local.b\n  b = \"${local.a}x\"\n}\n";
    let b = "variable \"x\" {}\nmodule \"a\" {\n  source = \"../a\"\n  x = module.a.x\n}\noutput \"x\" { value = module.a.x }\n";
    assert_eq!(components(&model(&[("a/main.tf", a), ("b/main.tf", b)])), ["q unknown"]);
    let own = "module \"me\" { source = \"./\" }\nvariable \"n\" {}\nresource \"aws_sqs_queue\" \"q\" {\n  count = var.n\n  name = var.n == 1 ? \"one\" : \"two\"\n}\n";
    assert_eq!(components(&model(&[("main.tf", own)])), ["q unknown"]);
}
