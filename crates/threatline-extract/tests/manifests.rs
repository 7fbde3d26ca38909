//! What manifests say, as text: one line for the package, one for each dependency.
#![allow(clippy::unwrap_used)]

use threatline_extract::extract;
use threatline_facts::manifest::ManifestFact;
use threatline_facts::{ArtifactKind, Ecosystem, Extracted, Fact, Mark};

fn show(extracted: &Extracted) -> String {
    let mut lines = Vec::new();
    let line = |mark: Mark| extracted.anchors[mark.0 as usize].line;
    for fact in &extracted.facts.facts {
        match fact {
            Fact::Manifest(ManifestFact::Package(package)) => {
                let runs = package.runs.map_or("?".to_owned(), |runs| runs.to_string());
                lines.push(format!("{} {} runs={runs}", line(package.mark), package.name.as_deref().unwrap_or("-")));
                for dependency in &package.dependencies {
                    lines.push(format!("{} {}{}", line(dependency.mark), dependency.name, if dependency.development { " (dev)" } else { "" }));
                }
                lines.extend(package.members.iter().map(|member| format!("member {member}")));
                lines.extend(package.local.iter().map(|(name, path)| format!("local {name} {path}")));
                lines.extend(package.main.iter().map(|main| format!("main {main}")));
            }
            Fact::Manifest(ManifestFact::Owners(owners)) => {
                lines.extend(owners.rules.iter().map(|(pattern, owners, mark)| format!("{} {pattern} ={}", line(*mark), owners.iter().map(|owner| format!(" {owner}")).collect::<String>())));
            }
            other => panic!("not of a manifest: {other:?}"),
        }
    }
    lines.extend(extracted.facts.gaps.iter().map(|gap| format!("gap {}{}", gap.reason, gap.mark.map_or(String::new(), |mark| format!(" @{}", line(mark))))));
    lines.join("\n")
}

#[track_caller]
fn check(name: &str, text: &str, expected: &str) {
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(show(&extract(ArtifactKind::of(name).unwrap(), text.as_bytes())), expected.join("\n"), "{name}");
}

#[test]
fn npm_tells_dependencies_members_siblings_program_and_entry_file() {
    check(
        "package.json",
        r#"{
  "name": "@shop/web",
  "workspaces": { "packages": ["./packages/*", "apps/web/"] },
  "scripts": { "start": "node .", "test": "jest" },
  "main": "lib/old.js",
  "exports": { ".": { "types": "./t.d.ts", "import": "./dist/index.js" }, "./x": "./x.js" },
  "dependencies": {
    "express": "^4", "lodash": "1",
    "auth": "file:../auth",
    "kit": "workspace:../kit", "util": "workspace:*",
    "alias": "npm:@real/thing@1.2"
  },
  "devDependencies": {
    "jest": "29"
  }
}"#,
        "2 @shop/web runs=true
         8 express
         8 lodash
         9 auth
         10 kit
         10 util
         11 @real/thing
         14 jest (dev)
         member packages/*
         member apps/web
         local auth ../auth
         local kit ../kit
         main ./dist/index.js",
    );
    check("package.json", "{\"private\": true, \"workspaces\": [\"a\"]}", "1 - runs=?\nmember a");
    check("package.json", "[1, 2]", "gap not a JSON object");
    check("package.json", &"[".repeat(100_000), "gap not a JSON object");
}

#[test]
fn cargo_tells_packages_and_workspaces() {
    check(
        "Cargo.toml",
        r#"[workspace]
members = ["crates/*"]
[workspace.dependencies]
inner = { path = "crates/inner", version = "1" }

[package]
name = "svc"

[[bin]]
name = "svc"

[dependencies]
axum = "0.8"
sql = { package = "sqlx", version = "1" }
lib = { path = "../lib" }
inner.workspace = true

[target.'cfg(unix)'.dependencies]
nix = "1"

[dev-dependencies]
insta = "1""#,
        "7 svc runs=true
         13 axum
         14 sqlx
         15 lib
         16 inner
         19 nix
         22 insta (dev)
         member crates/*
         local lib ../lib
         local inner crates/inner",
    );
    check("Cargo.toml", "[package]\nname = \"x\"\n[dependencies]\na = \"1\"\nb = = \"\n", "2 x runs=?\n4 a\n5 b\ngap not all of it is TOML");
    check("Cargo.toml", "\u{1}{{{", "gap not TOML");
}

#[test]
fn go_leaves_out_what_only_dependencies_use() {
    check(
        "go.mod",
        "module example.org/shop/cart\n\ngo 1.22\n\nrequire github.com/gin-gonic/gin v1.9\nrequire (\n\tgithub.com/lib/pq v1 // keep\n\tgolang.org/x/net v0 // indirect\n)\n\nreplace example.org/kit => ../kit\nreplace a => b v2\n",
        "1 example.org/shop/cart runs=?
         5 github.com/gin-gonic/gin
         7 github.com/lib/pq
         local example.org/kit ../kit",
    );
    check("go.work", "go 1.22\nuse (\n  ./cart\n  ./pay/\n)\nuse ./web\n", "1 - runs=?\nmember cart\nmember pay\nmember web");
}

#[test]
fn maven_fills_properties_and_leaves_out_what_only_lends_versions() {
    check(
        "pom.xml",
        r#"<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.shop</groupId><artifactId>parent</artifactId><relativePath>../pom.xml</relativePath></parent>
  <artifactId>pay</artifactId>
  <properties><kit.group>org.shop.kit</kit.group></properties>
  <dependencyManagement><dependencies><dependency><groupId>no</groupId><artifactId>no</artifactId></dependency></dependencies></dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-web</artifactId>
    </dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>core</artifactId></dependency>
    <dependency><groupId>${kit.group}</groupId><artifactId>kit</artifactId></dependency>
    <dependency><groupId>${elsewhere}</groupId><artifactId>x</artifactId></dependency>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><scope>test</scope></dependency>
  </dependencies>
  <build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>
</project>"#,
        "4 org.shop:pay runs=true
         10 org.springframework.boot:spring-boot-starter-web
         12 org.shop:core
         13 org.shop.kit:kit
         14 ${elsewhere}:x
         15 junit:junit (dev)
         local org.shop:parent ..",
    );
    check(
        "pom.xml",
        "<project><groupId>g</groupId><artifactId>all</artifactId><packaging>pom</packaging><modules><module>a</module><module>b/c</module></modules></project>",
        "1 g:all runs=false\nmember a\nmember b/c",
    );
}

#[test]
fn xml_of_strangers_does_no_harm() {
    let laughs = "<!DOCTYPE p [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><project>&b;</project>";
    check("pom.xml", laughs, "gap XML with a document type");
    check("pom.xml", &"<a>".repeat(100_000), "gap XML nested too deeply");
    check("pom.xml", "<project", "gap not well-formed XML");
    check("x.csproj", "<html/>", "gap not an MSBuild project");
    check("pom.xml", "<project><properties><a>${b}${b}</a><b>${a}${a}</b></properties><artifactId>${a}</artifactId></project>", "1 ${a}${a}${b}${a}${b} runs=?");
}

#[test]
fn gradle_reads_what_stands_there_in_letters() {
    check(
        "build.gradle",
        "buildscript { dependencies { classpath 'a:b:1' } }
plugins {
  id 'java'
  id 'org.springframework.boot' version '3' // program
}
dependencies {
  implementation 'org.springframework.boot:spring-boot-starter-web'
  implementation project(':libs:core')
  implementation platform('org:bom:1')
  implementation libs.jackson
  compileOnly group: 'g', name: 'n', version: '1'
  /* implementation 'not:this:1' */
  testImplementation(\"junit:junit:4\")
  constraints {
    implementation 'nor:that:1'
  }
}",
        "1 - runs=true
         7 org.springframework.boot:spring-boot-starter-web
         11 g:n
         13 junit:junit (dev)
         local core :libs:core",
    );
    check(
        "settings.gradle.kts",
        "rootProject.name = \"shop\"\ninclude(\":cart\", \":libs:core\")\ninclude(\n  \"pay\"\n)\n",
        "1 shop runs=?\nmember cart\nmember libs/core\nmember pay",
    );
    check("build.gradle.kts", "plugins {\n  id(\"org.springframework.boot\") version \"3\" apply false\n}\ndependencies {\n  api(kotlin(\"stdlib\"))\n  developmentOnly(\"g:d:1\")\n}", "1 - runs=?\n5 org.jetbrains.kotlin:kotlin-stdlib\n6 g:d");
}

#[test]
fn nuget_tells_programs_from_libraries_and_tests() {
    check(
        "Pay.csproj",
        r#"<Project Sdk="Microsoft.NET.Sdk.Web">
  <ItemGroup>
    <PackageReference Include="Npgsql" Version="8" />
    <PackageReference Include="Analyser" PrivateAssets="all" />
    <ProjectReference Include="..\Shared\Shop.Shared.csproj" />
  </ItemGroup>
</Project>"#,
        "1 - runs=true
         3 Npgsql
         4 Analyser (dev)
         local Shop.Shared ../Shared/Shop.Shared.csproj",
    );
    check(
        "Pay.Tests.csproj",
        "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup><PackageReference Include=\"Microsoft.NET.Test.Sdk\"/></ItemGroup></Project>",
        "1 - runs=false\n1 Microsoft.NET.Test.Sdk (dev)",
    );
    check("Lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><AssemblyName>Lib</AssemblyName></PropertyGroup></Project>", "1 Lib runs=?");
}

#[test]
fn python_requirements() {
    check(
        "requirements-web.txt",
        "# list\nFlask==2.0 \\\n  --hash=sha256:aa\npsycopg[binary] ; python_version > '3'\n-r base.txt\n-e ../kit\n./local/thing\ngit+https://h/x.git#egg=xpkg\nhttps://h/y.whl\nstripe # pays\n--index-url https://h/\n",
        "1 - runs=?
         2 Flask
         4 psycopg
         8 xpkg
         10 stripe
         local kit ../kit
         local thing local/thing
         gap a requirement without a name @9",
    );
    check("requirements.txt", "", "1 - runs=?");
}

#[test]
fn python_projects() {
    check(
        "pyproject.toml",
        r#"[project]
name = "shop"
dependencies = [
  "fastapi>=0.1",
  "kit",
]
[project.optional-dependencies]
s3 = ["boto3"]
test = ["pytest"]
[project.scripts]
shop = "shop:main"
[dependency-groups]
dev = ["ruff", { include-group = "x" }]
[tool.uv.sources]
kit = { path = "../kit" }
[tool.uv.workspace]
members = ["packages/*"]
"#,
        "2 shop runs=true
         4 fastapi
         5 kit
         8 boto3
         9 pytest (dev)
         13 ruff (dev)
         member packages/*
         local kit ../kit",
    );
    check(
        "pyproject.toml",
        "[tool.poetry]\nname = \"p\"\n[tool.poetry.dependencies]\npython = \"^3\"\ndjango = \"*\"\nshared = { path = \"../shared\" }\n[tool.poetry.group.dev.dependencies]\nblack = \"*\"\n",
        "2 p runs=?\n5 django\n6 shared\n8 black (dev)\nlocal shared ../shared",
    );
    check("Pipfile", "[packages]\nflask = \"*\"\n[dev-packages]\npytest = \"*\"\n", "1 - runs=?\n2 flask\n4 pytest (dev)");
    check(
        "setup.cfg",
        "[metadata]\nname = old\n[options]\ninstall_requires =\n  requests>=2\n  # no\n  celery[redis]\n[options.extras_require]\ntest = pytest\n[tool:pytest]\naddopts = -q\n",
        "2 old runs=?\n5 requests\n7 celery\n9 pytest (dev)",
    );
    check(
        "setup.py",
        "from setuptools import setup\nsetup(\n  name='old', # name='no'\n  install_requires=[\n    'requests>=2',\n    \"a;b\" ],\n  extras_require={'dev': ['black'], 's3': ['boto3']},\n  entry_points={'console_scripts': ['x=y']},\n  tests_require=load('x'),\n)",
        "3 old runs=true\n5 requests\n6 a\n7 black (dev)\n7 boto3\ngap requirements that a program computes @9",
    );
    check("setup.py", "import x\nsetup(install_requires=['a', *more, ", "1 - runs=?\n2 a\ngap requirements that a program computes @2\ngap requirements that a program computes @2");
}

#[test]
fn codeowners_of_both_hosts() {
    check(
        "CODEOWNERS",
        "# who\n* @org/all\n/pay/ @org/pay pay@example.org # money\nwith\\ space @a\n/open/\n[Docs][2] @docs\n/docs/\nbroken nobody\n",
        "2 * = @org/all
         3 /pay/ = @org/pay pay@example.org
         4 with space = @a
         5 /open/ =
         7 /docs/ = @docs
         gap a line that names no owner @8",
    );
}

#[test]
fn any_bytes_are_read_without_harm() {
    let seeds = ["[project]\nname='x'\n", "setup(import install_requires=['a'", "<project><a b='", "require (\n", "{\"a\":", "plugins { id '", "name \\", "\"\\"];
    for ecosystem in [Ecosystem::Cargo, Ecosystem::Go, Ecosystem::Gradle, Ecosystem::Maven, Ecosystem::Npm, Ecosystem::Nuget, Ecosystem::Python] {
        for seed in seeds {
            for cut in 0..=seed.len() {
                let text = format!("{}\u{e9}\0\"'{{[(<{}", &seed[..cut], seed);
                let read = extract(ArtifactKind::Manifest(ecosystem), text.as_bytes());
                assert!(read.facts.facts.len() + read.facts.gaps.len() > 0);
            }
        }
        for deep in ["[", "{", "(", "a.", "'", "\\\n", "a = [", "[[a.", "<a>", "-e "] {
            extract(ArtifactKind::Manifest(ecosystem), deep.repeat(20_000).as_bytes());
        }
    }
}
