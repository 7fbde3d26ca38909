//! `rules`: the catalogue.

use crate::failure::Failure;
use crate::output;

pub(crate) fn run(id: Option<&str>) -> Result<(), Failure> {
    let catalogue = threatline_threats::catalogue();
    match id {
        Some(id) => match catalogue.iter().find(|rule| rule.id == id) {
            Some(rule) => output::print(rule.page),
            None => {
                let near: Vec<&str> = catalogue.iter().map(|rule| rule.id).filter(|known| known.contains(id) || id.contains(known)).collect();
                let help = if near.is_empty() { "threatline rules lists them".to_owned() } else { format!("did you mean {}?", near.join(", ")) };
                Err(Failure::mistake(format!("there is no rule {id}"), Some(&help)))
            }
        },
        None => {
            let width = catalogue.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            let lines: String = catalogue.iter().map(|rule| format!("{:width$}  {}\n", rule.id, rule.title.replace("{}", "it"))).collect();
            output::print(&lines)
        }
    }
}
