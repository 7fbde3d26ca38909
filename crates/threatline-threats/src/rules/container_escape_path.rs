//! `container-escape-path`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "container-escape-path",
    title: "{} can leave its container",
    guidance: "Drop the privilege or isolate the workload on its own nodes.",
    page: include_str!("container_escape_path.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[250],
    techniques: &["T1611"],
    exploitability: 600,
    start: Start::Attacker,
    step: "control(c) => control(c.host)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        let properties = &c.properties;
        let access = properties.get(Property::HostAccess).and_then(Value::as_list).filter(|all| !all.is_empty());
        let privileged = properties.flag(Property::RunsPrivileged) == Some(true);
        let by = if privileged { Property::RunsPrivileged } else { Property::HostAccess };
        let case = Case::component(c).is(privileged || access.is_some()).by(properties.proofs.get(&by));
        let case = if privileged { case.read("runs_privileged", true) } else { case };
        access.into_iter().fold(case, |case, access| case.read("host_access", access.join(",")))
    };
    view.components().map(case).collect()
}
