//! `unsigned-message-across-trust`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unsigned-message-across-trust",
    title: "Messages on {} can be made by others",
    guidance: "Sign messages, or bind topics to producer identities.",
    page: include_str!("unsigned_message_across_trust.md"),
    stride: &[Stride::Spoofing, Stride::Tampering],
    cwe: &[345],
    techniques: &["T1565.002"],
    exploitability: 500,
    start: Start::Attacker,
    step: "control(f.source) => inject(f.target) + write(f.data)",
    grades: &[Grade::X, Grade::C],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    const PROTOCOLS: &[&str] = &["amqp", "kafka", "mqtt", "sqs", "sns", "pubsub", "nats", "eventbridge", "redis"];
    let case = |(f, ..): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f)
            .is(f.protocol.as_deref().is_some_and(|protocol| PROTOCOLS.contains(&protocol)) && view.crosses(f, &[ThirdParty, Account]))
            .flag(Property::Signed, false)
    };
    view.flows().filter(|(f, ..)| f.properties.get(Property::Signed).is_some()).map(case).collect()
}
