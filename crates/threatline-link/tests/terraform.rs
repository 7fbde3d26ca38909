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
    let module =
        "variable \"env\" { default = \"own\" }\nvariable \"what\" {}\nresource \"aws_sqs_queue\" \"jobs\" {\n  name = \"${var.env}-${var.what}\"\n}\n";
    let root = |env: &str, what: &str| {
        format!("variable \"env\" {{\n  default = \"{env}\"\n}}\nmodule \"jobs\" {{\n  source = \"../../jobs\"\n  env = var.env\n  what = \"{what}\"\n}}\n")
    };
    let found = |files: &[(&str, &str)]| -> Vec<String> { components(&model(files)) };
    let (one, two) = (root("one", "jobs"), root("two", "jobs"));
    assert_eq!(found(&[("jobs/main.tf", module), ("roots/a/main.tf", &one), ("roots/b/main.tf", &two)]), ["jobs unknown"]);
    let (live, test) = (root("one", "prod-jobs").replace("\"jobs\"", "\"jobs_prod\""), root("two", "staging-jobs").replace("\"jobs\"", "\"jobs_staging\""));
    assert_eq!(found(&[("jobs/main.tf", module), ("roots/prod/main.tf", &live), ("roots/staging/main.tf", &test)]), ["jobs unknown"]);
    let nameless = "resource \"aws_sqs_queue\" \"jobs\" {}\n";
    let call = "module \"jobs\" { source = \"../../jobs\" }\n";
    assert_eq!(found(&[("jobs/main.tf", nameless), ("roots/prod/main.tf", call), ("roots/staging/main.tf", call)]), ["jobs unknown"]);
    assert_eq!(found(&[("jobs/main.tf", nameless), ("roots/orders/main.tf", call), ("roots/users/main.tf", call)]).len(), 2);
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

const CONTAINERS: &str = r#"
variable "lb" { default = true }
resource "aws_lb" "front" {
  name            = "front"
  security_groups = [aws_security_group.open.id]
}
resource "aws_lb" "inner" {
  name     = "inner"
  internal = true
}
resource "aws_lb" "perhaps" {
  name     = "perhaps"
  internal = var.nobody_knows
}
resource "aws_lb" "shut" {
  name            = "shut"
  security_groups = [aws_security_group.shut.id]
}
resource "aws_security_group" "open" {
  vpc_id = aws_vpc.main.id
  ingress { cidr_blocks = ["0.0.0.0/0"] }
}
resource "aws_security_group" "shut" {
  ingress { cidr_blocks = ["10.0.0.0/8"] }
  egress { cidr_blocks = ["0.0.0.0/0"] }
}
resource "aws_vpc" "main" {}
resource "aws_lb_listener" "front" {
  load_balancer_arn = aws_lb.front.arn
  default_action { target_group_arn = aws_lb_target_group.web.arn }
}
resource "aws_lb_listener_rule" "front" {
  listener_arn = aws_lb_listener.front.arn
  action {
    forward {
      target_group { arn = aws_lb_target_group.api.arn }
    }
  }
}
resource "aws_lb_target_group" "web" {}
resource "aws_lb_target_group" "api" {}
resource "aws_ecs_service" "web" {
  name            = "web"
  task_definition = aws_ecs_task_definition.web.arn
  load_balancer { target_group_arn = aws_lb_target_group.web.arn }
}
resource "aws_ecs_task_definition" "web" {
  container_definitions = <<-EOT
    [{ "name": "web", "image": "x/web", "environment": [
      { "name": "API_URL", "value": "http://api" },
      { "name": "CORS_ORIGIN", "value": "https://${aws_lb.inner.dns_name}" },
      { "name": "LEVEL", "value": "info" }
    ] }]
  EOT
}
resource "aws_ecs_service" "api" {
  name            = "api"
  task_definition = aws_ecs_task_definition.api.arn
  load_balancer { target_group_arn = aws_lb_target_group.api.arn }
}
resource "aws_ecs_task_definition" "api" {
  task_role_arn = aws_iam_role.api.arn
  container_definitions = jsonencode([{
    name        = "api"
    environment = [
      { name = "CACHE", value = "redis://${aws_elasticache_replication_group.cache.primary_endpoint_address}:6379" },
      { name = "FILES", value = aws_s3_bucket.files.id },
      { name = "SPARE", value = aws_s3_bucket.spare.id },
    ]
    secrets = [{ name = "DB", valueFrom = "${aws_secretsmanager_secret.db.arn}:host::" }]
  }])
}
resource "aws_iam_role" "api" {}
resource "aws_iam_role_policy" "api" {
  role   = aws_iam_role.api.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.files.arn}/*" },
                                     { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = aws_secretsmanager_secret.db.arn }] })
}
resource "aws_s3_bucket" "files" { bucket = "files" }
resource "aws_s3_bucket" "spare" { bucket = "spare" }
resource "aws_elasticache_replication_group" "cache" { replication_group_id = "cache" }
resource "aws_secretsmanager_secret" "db" { name = "secret" }
resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = jsonencode({ host = aws_db_instance.orders.endpoint })
}
resource "aws_db_instance" "orders" {
  identifier          = "orders"
  publicly_accessible = true
  vpc_security_group_ids = [aws_security_group.open.id]
}
resource "aws_db_instance" "kept" {
  publicly_accessible    = true
  vpc_security_group_ids = [aws_security_group.shut.id]
}
"#;

#[test]
fn containers_speak_to_what_their_tasks_name() {
    let model = model(&[("main.tf", CONTAINERS)]);
    assert_eq!(
        components(&model),
        [
            "api internet",
            "cache unknown",
            "files unknown",
            "front internet",
            "inner internal",
            "kept unknown",
            "orders internet",
            "perhaps unknown",
            "secret unknown",
            "shut unknown",
            "spare unknown",
            "web internet"
        ]
    );
    assert_eq!(
        flows(&model),
        ["api>cache:redis", "api>files:s3", "api>orders:sql", "api>secret:https", "front>api:http", "front>web:http", "web>api:http"],
        "a spare bucket is open to nobody, and who may call is not called"
    );
    let network = model.boundaries.iter().find(|boundary| boundary.id.rest() == "network/main").unwrap();
    let inside: Vec<&str> = model.components.iter().filter(|c| c.boundary.as_ref() == Some(&network.id)).map(|c| c.id.rest()).collect();
    assert_eq!(inside, ["front", "orders"]);
}

const GOOGLE: &str = r#"
resource "google_cloud_run_v2_service" "server" {
  name = "server"
  template {
    service_account = google_service_account.server.email
    containers {
      image = "europe-docker.pkg.dev/x/server@sha256:1"
      env {
        name = "SETTINGS"
        value_source {
          secret_key_ref { secret = google_secret_manager_secret.settings.secret_id }
        }
      }
    }
    volumes {
      cloud_sql_instance { instances = [google_sql_database_instance.db.connection_name] }
    }
  }
}
resource "google_cloud_run_v2_service" "inner" {
  name    = "inner"
  ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY"
}
resource "google_cloud_run_v2_service_iam_member" "all" {
  name   = google_cloud_run_v2_service.server.name
  member = "allUsers"
}
resource "google_cloud_run_v2_service_iam_member" "inner" {
  name   = google_cloud_run_v2_service.inner.name
  member = "allUsers"
}
resource "google_cloud_run_v2_service" "asked" { name = "asked" }
resource "google_cloud_run_v2_service_iam_member" "asked" {
  name   = google_cloud_run_v2_service.asked.name
  member = "serviceAccount:${google_service_account.server.email}"
}
resource "google_service_account" "server" {}
resource "google_sql_database_instance" "db" {
  name = "db"
  settings {
    ip_configuration {
      authorized_networks { value = "0.0.0.0/0" }
    }
  }
}
resource "google_secret_manager_secret" "settings" { secret_id = "settings" }
resource "google_secret_manager_secret_version" "settings" {
  secret      = google_secret_manager_secret.settings.id
  secret_data = "BUCKET=${google_storage_bucket.media.name}"
}
resource "google_storage_bucket" "media" { name = "media" }
resource "google_compute_network" "net" {}
resource "google_compute_subnetwork" "sub" { network = google_compute_network.net.id }
resource "google_compute_firewall" "all" {
  network       = google_compute_network.net.id
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["web"]
  allow { protocol = "tcp" }
}
resource "google_compute_instance" "tagged" {
  name = "tagged"
  tags = ["web"]
  network_interface {
    subnetwork = google_compute_subnetwork.sub.name
    access_config { nat_ip = var.ip }
  }
}
resource "google_compute_instance" "untagged" {
  name = "untagged"
  network_interface {
    subnetwork = google_compute_subnetwork.sub.name
    access_config { nat_ip = var.ip }
  }
}
resource "google_compute_instance" "without" {
  name = "without"
  tags = ["web"]
  network_interface { subnetwork = google_compute_subnetwork.sub.name }
}
"#;

#[test]
fn what_google_runs_is_open_to_whom_it_is_opened() {
    let model = model(&[("main.tf", GOOGLE)]);
    assert_eq!(
        components(&model),
        [
            "asked unknown",
            "db internet",
            "inner internal",
            "media unknown",
            "server internet",
            "settings unknown",
            "tagged internet",
            "untagged unknown",
            "without unknown"
        ]
    );
    assert_eq!(flows(&model), ["server>asked:https", "server>db:sql", "server>media:https", "server>settings:https"]);
}

const AZURE: &str = r#"
module "api" {
  source   = "./app"
  name     = "api"
  settings = { VAULT = module.vault.uri, DB = azurerm_cosmosdb_account.db.connection_strings[0] }
}
module "web" {
  source = "./app"
  name   = "web"
}
module "vault" {
  source = "./vault"
  ids    = [module.web.id]
}
resource "azurerm_cosmosdb_account" "db" {}
resource "azurerm_linux_web_app" "closed" { public_network_access_enabled = false }
resource "azurerm_linux_web_app" "limited" {
  site_config {
    ip_restriction { ip_address = "10.0.0.0/8" }
  }
}
resource "azurerm_container_app" "in" {
  ingress { external_enabled = false }
}
resource "azurerm_container_app" "out" {
  ingress { external_enabled = true }
}
resource "azurerm_container_app" "none" {}
"#;

#[test]
fn what_azure_runs_is_open_unless_it_is_closed() {
    let app = "variable \"name\" {}\nvariable \"settings\" { default = {} }\nresource \"azurerm_linux_web_app\" \"web\" {\n  name = azurecaf_name.x.result\n  app_settings = var.settings\n  tags = { azd-service-name = var.name }\n}\noutput \"id\" { value = azurerm_linux_web_app.web.identity.0.principal_id }\n";
    let vault = "variable \"ids\" {}\nresource \"azurerm_key_vault\" \"kv\" {}\nresource \"azurerm_key_vault_access_policy\" \"app\" {\n  count = length(var.ids)\n  key_vault_id = azurerm_key_vault.kv.id\n  object_id = var.ids[count.index]\n}\noutput \"uri\" { value = azurerm_key_vault.kv.vault_uri }\n";
    let azd = "name: shop\nservices:\n  api:\n    project: ./backend\n    host: appservice\n";
    let code = "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/orders')\ndef orders():\n    return []\n";
    let model = model(&[
        ("main.tf", AZURE),
        ("app/main.tf", app),
        ("vault/main.tf", vault),
        ("azure.yaml", azd),
        ("backend/pyproject.toml", "[project]\nname = \"todo\"\n"),
        ("backend/app.py", code),
    ]);
    assert_eq!(
        components(&model),
        ["api internet", "closed internal", "db unknown", "in internal", "limited unknown", "none unknown", "out internet", "vault unknown", "web internet"]
    );
    assert_eq!(flows(&model), ["api>db:https", "api>vault:https", "web>vault:https"]);
    assert_eq!(model.entry_points.iter().map(|entry| entry.id.rest()).collect::<Vec<_>>(), ["api:GET /orders"]);
}

/// A machine's script names what it speaks to by addresses; names and passwords of others are none.
#[test]
fn machines_speak_to_whom_their_scripts_name() {
    let main = r##"
resource "aws_instance" "app" {
  subnet_id = aws_subnet.public.id
  vpc_security_group_ids = ["${aws_security_group.open.id}"]
  user_data = <<EOF
#!/bin/sh
define('DB', '${aws_db_instance.db.endpoint}');
echo ${aws_s3_bucket.logs.bucket}
EOF
}
resource "aws_instance" "hidden" {
  subnet_id = aws_subnet.private.id
  vpc_security_group_ids = [aws_security_group.open.id]
}
resource "aws_instance" "given" {
  subnet_id = aws_subnet.private.id
  vpc_security_group_ids = [aws_security_group.open.id]
}
resource "aws_eip" "given" { instance = aws_instance.given.id }
resource "aws_subnet" "public" { map_public_ip_on_launch = true }
resource "aws_subnet" "private" {}
resource "aws_security_group" "open" {}
resource "aws_security_group_rule" "in" {
  type              = "ingress"
  cidr_blocks       = ["0.0.0.0/0"]
  security_group_id = aws_security_group.open.id
}
resource "aws_db_instance" "db" { engine = "mysql" }
resource "aws_s3_bucket" "logs" { bucket = "logs" }
resource "aws_elb" "front" {
  instances = [aws_instance.app.id]
  internal  = true
}
"##;
    let model = model(&[("main.tf", main)]);
    assert_eq!(components(&model), ["app internet", "db unknown", "front internal", "given internet", "hidden unknown", "logs unknown"]);
    assert_eq!(flows(&model), ["app>db:sql", "front>app:unknown"]);
}

/// What runs in a container here and in a cloud there is one, as long as it is clear which; an archive that is not there
/// is made of the package in whose folder it would lie.
#[test]
fn a_workload_is_one_with_its_source() {
    let compose = "services:\n  orders:\n    build: ./orders\n";
    let main = r#"
variable "env" { default = "live" }
variable "zip" { default = null }
resource "aws_ecs_service" "orders" { name = "${var.env}-orders" }
resource "aws_lambda_function" "mail" {
  function_name = "${var.env}-mail"
  filename      = var.zip == null ? "${path.module}/lambdas/mail/dist/mail.zip" : var.zip
  handler       = "index.handler"
}
"#;
    let reads = "import axios from 'axios';\n\nexport async function handler() {\n  return axios.get('https://api.stripe.com/v1/x');\n}\n";
    let model = model(&[
        ("compose.yaml", compose),
        ("main.tf", main),
        ("orders/Dockerfile", "FROM python:3.12\nCOPY . .\n"),
        ("orders/main.py", "import flask\napp = flask.Flask(__name__)\n\n@app.get('/x')\ndef x():\n    return ''\n"),
        ("lambdas/mail/package.json", "{\"name\": \"mailer\", \"dependencies\": {\"axios\": \"1\"}}"),
        ("lambdas/mail/src/index.ts", reads),
    ]);
    assert_eq!(components(&model), ["live-mail internal", "orders internal", "stripe internet"]);
    assert_eq!(flows(&model), ["live-mail>stripe:https"]);
}

/// Policies in files are filled in; entries of a store that nobody makes are that store.
#[test]
fn policies_in_files_are_filled_in() {
    let main = r#"
variable "paths" { default = "/app" }
resource "aws_sqs_queue" "jobs" { name = "jobs" }
resource "aws_ssm_parameter" "key" { name = "/app/key" }
resource "aws_lambda_function" "work" {
  function_name = "work"
  role          = aws_iam_role.work.arn
}
resource "aws_lambda_function" "tidy" {
  function_name = "tidy"
  role          = aws_iam_role.tidy.arn
  environment {
    variables = { KEY = aws_ssm_parameter.key.value }
  }
}
resource "aws_iam_role" "work" {}
resource "aws_iam_role" "tidy" {}
resource "aws_iam_role_policy" "work" {
  role   = aws_iam_role.work.id
  policy = templatefile("${path.module}/policies/send.json", {
    queues = jsonencode([for queue in { a = aws_sqs_queue.jobs } : queue.arn])
    key    = aws_ssm_parameter.key.arn
  })
}
resource "aws_iam_role_policy" "tidy" {
  role   = aws_iam_role.tidy.id
  policy = templatefile("${path.module}/policies/tidy.json", { path = "arn:${var.partition}:ssm:x:${var.account}:parameter${var.paths}" })
}
"#;
    let send = "{ \"Version\": \"2012-10-17\", \"Statement\": [ { \"Effect\": \"Allow\", \"Action\": [\"sqs:SendMessage\"], \"Resource\": ${queues} },\n{ \"Effect\": \"Allow\", \"Action\": \"ssm:GetParameter\", \"Resource\": \"${key}\" } ] }";
    let tidy = "{ \"Statement\": [ { \"Effect\": \"Allow\", \"Action\": [\"ssm:DeleteParameter\"], \"Resource\": \"${path}/*\" } ] }";
    let model = model(&[("main.tf", main), ("policies/send.json", send), ("policies/tidy.json", tidy)]);
    assert_eq!(components(&model), ["jobs unknown", "parameter-store unknown", "tidy internal", "work internal"]);
    assert_eq!(flows(&model), ["tidy>parameter-store:https", "work>jobs:sqs", "work>parameter-store:https"]);
    let store = model.components.iter().find(|c| c.id.rest() == "parameter-store").unwrap();
    assert_eq!(store.technologies.iter().map(String::as_str).collect::<Vec<_>>(), ["systems-manager"], "what a library of it is called for");
}

/// What nests and doubles without end is cut, and what is cut is not known.
#[test]
fn hostile_values_end() {
    let mut locals = "locals {\n  l0 = [\"a\", \"b\"]\n  t0 = \"ab\"\n  m0 = { a = 1 }\n".to_owned();
    for at in 1..60 {
        let before = at - 1;
        locals += &format!("  l{at} = concat(local.l{before}, local.l{before})\n  t{at} = \"${{local.t{before}}}${{local.t{before}}}\"\n");
        locals += &format!("  m{at} = {{ x = local.m{before}, y = local.m{before} }}\n");
    }
    locals += "  deep = [for a in local.l50 : [for b in local.l50 : [for c in local.l50 : \"${a}${b}${c}\"]]]\n}\n";
    let resource = "resource \"aws_sqs_queue\" \"q\" {\n  name = local.t59\n  tags = local.m59\n  all = local.deep\n}\n";
    let calls: String = (0..6).map(|at| format!("module \"m{at}\" {{ source = \"./next\" }}\n")).collect();
    let mut files = vec![("main.tf".to_owned(), format!("{locals}{resource}{calls}"))];
    let mut folder = String::new();
    for _ in 0..8 {
        folder += "next/";
        files.push((format!("{folder}main.tf"), format!("{calls}resource \"aws_s3_bucket\" \"b\" {{}}\n")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = components(&model(&files));
    assert!(found.contains(&"q unknown".to_owned()) && found.len() < 2_000, "{}", found.len());
}

/// A chart of the repository is what the release makes of it.
#[test]
fn releases_of_charts_have_their_values() {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: x/web}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: {{ .Values.service.type }}\n  selector: {app: web}\n  ports: [{port: 80}]\n";
    let release = |kind: &str| {
        format!(
            "resource \"helm_release\" \"web\" {{\n  name = \"web\"\n  chart = \"../chart\"\n  set {{\n    name = \"service.type\"\n    value = \"{kind}\"\n  }}\n}}\n"
        )
    };
    let found = |kind: &str| {
        let files = [
            ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("chart/values.yaml", "service:\n  type: ClusterIP\n"),
            ("chart/templates/web.yaml", template),
            ("infra/main.tf", &*release(kind)),
        ];
        components(&model(&files))
    };
    assert_eq!(found("LoadBalancer"), ["web internet"]);
    assert_eq!(found("ClusterIP"), ["web internal"]);
}

/// A driver without an address speaks to the only store of its product that is deployed together with its program.
#[test]
fn a_driver_speaks_to_the_store_beside_it() {
    let app = "resource \"azurerm_linux_web_app\" \"api\" {\n  tags = { azd-service-name = \"api\" }\n}\nresource \"azurerm_cosmosdb_account\" \"one\" {\n  kind = \"MongoDB\"\n}\n";
    let azd = "name: shop\nservices:\n  api:\n    project: ./backend\n    host: appservice\n";
    let code = "import os\nimport pymongo\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.get('/x')\ndef x():\n    return pymongo.MongoClient(os.environ['CONNECTION']).shop.items.find_one()\n";
    let found = |more: &str| {
        let model =
            model(&[("infra/main.tf", &format!("{app}{more}")), ("azure.yaml", azd), ("backend/requirements.txt", "pymongo\n"), ("backend/app.py", code)]);
        flows(&model).iter().map(|flow| (*flow).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(""), ["api>one:mongodb"]);
    let two = found("resource \"azurerm_cosmosdb_account\" \"two\" {\n  kind = \"MongoDB\"\n}\n");
    assert!(two.iter().all(|flow| !flow.contains(">one") && !flow.contains(">two")), "{two:?}");
}

/// Two projects of one repository that call something alike stay two.
#[test]
fn a_project_deploys_its_own_source() {
    let main = "resource \"aws_ecs_service\" \"api\" {\n  name = \"api\"\n}\n";
    let compose = ("one/compose.yaml", "services:\n  api:\n    build: ./api\n");
    let image = ("one/api/Dockerfile", "FROM python:3.12\nCOPY . .\n");
    let code = ("one/api/main.py", "import flask\napp = flask.Flask(__name__)\n\n@app.get('/x')\ndef x():\n    return ''\n");
    let found = |files: &[(&str, &str)]| model(files).components.len();
    assert_eq!(found(&[compose, image, code, ("infra/main.tf", main)]), 1);
    assert_eq!(found(&[compose, image, code, ("one/infra/main.tf", main)]), 1);
    let tool = ("infra/tools/package.json", "{\"name\": \"tools\"}");
    assert_eq!(found(&[compose, image, code, ("infra/main.tf", main), tool]), 1);
    assert_eq!(found(&[compose, image, code, ("two/infra/main.tf", main), ("two/web/package.json", "{\"name\": \"web\"}")]), 2);
}

/// Locals that name each other ten times each, thirty deep, stand for more parts than anybody can look at; the rest is still read.
#[test]
fn values_that_grow_without_end_are_unknown() {
    let grown = |first: &str| -> String {
        let more = (1..30).map(|at| format!("  {first}{at} = [{}]\n", vec![format!("local.{first}{}", at - 1); 10].join(", ")));
        std::iter::once(format!("  {first}0 = []\n")).chain(more).collect()
    };
    let stars = "[*]".repeat(29);
    let main = format!(
        "variable \"one\" {{}}\nlocals {{\n{}{}}}\nresource \"aws_sqs_queue\" \"main\" {{\n  name = \"orders\"\n  tags = var.one ? local.a29 : local.b29\n  policy = local.a29{stars}\n}}\n",
        grown("a"),
        grown("b")
    );
    assert_eq!(components(&model(&[("main.tf", &main)])), ["orders unknown"]);
}
