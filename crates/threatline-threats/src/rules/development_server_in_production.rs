//! `development-server-in-production`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "development-server-in-production",
    title: "{} is started by a development server",
    guidance: "Start the production server and leave the debugger out of the image.",
    page: include_str!("development_server_in_production.md"),
    stride: &[Stride::ElevationOfPrivilege, Stride::InformationDisclosure],
    cwe: &[489, 94],
    techniques: &["T1190"],
    exploitability: 700,
    start: Start::Attacker,
    step: "reach(c) => exec(c)",
    grades: &[Grade::X, Grade::P],
    over: &["debug-endpoint-exposed"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        let properties = &c.properties;
        let by = |property: Property| (properties.flag(property) == Some(true)).then(|| properties.proofs.get(&property)).flatten();
        let production = match c.environment {
            Environment::Production => Some(true),
            Environment::Unknown => None,
            _ => Some(false),
        };
        Case::component(c)
            .is(matches!(c.exposure, Exposure::Internet | Exposure::Unknown))
            .attribute("environment", production)
            .read("development_server", true)
            .by(by(Property::DevelopmentServer).or(by(Property::DebugMode)))
    };
    let known = |c: &&Component| [Property::DevelopmentServer, Property::DebugMode].iter().any(|property| c.properties.flag(*property) == Some(true));
    view.components().filter(known).map(case).collect()
}
