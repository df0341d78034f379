//! What becomes of the instances, or of the nodes, of somebody whose account is removed.

use dioxus::prelude::*;
use model::name::Username;
use model::refusal::Refusal;
use model::request::Handover;

use crate::parts::{Choice, Field};

/// What was chosen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fate {
    way: Option<Way>,
    /// Who gets them.
    receiver: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Delete,
    Give,
}

impl Fate {
    /// As the server is asked; `name` is the field of the request.
    ///
    /// # Errors
    /// Where nothing is chosen, or what was typed is no username.
    pub(super) fn word(&self, name: &str) -> Result<Handover, Refusal> {
        match self.way {
            None => Err(Refusal::field(name, format!("Say what becomes of the {name}."))),
            Some(Way::Delete) => Ok(Handover::Delete),
            Some(Way::Give) => {
                let receiver: Result<Username, _> = self.receiver.trim().parse();
                receiver.map(Handover::Give).map_err(|why| Refusal::bad_name(name, "The username", &why))
            }
        }
    }
}

#[component]
pub(super) fn Fates(
    /// The field of the request, which is also what they are called.
    name: String,
    /// What is lost where they are deleted.
    loss: String,
    error: Option<String>,
    fate: Signal<Fate>,
) -> Element {
    let mut fate = fate;
    let (way, receiver) = (fate.read().way, fate.read().receiver.clone());
    rsx! {
        fieldset { class: "flex min-w-0 flex-col gap-2",
            legend { class: "mb-1.5 text-sm font-medium", "What becomes of the {name}" }
            Choice {
                name: "{name}-fate",
                value: "give",
                title: "Give them to somebody",
                chosen: way == Some(Way::Give),
                onchoose: move |()| fate.write().way = Some(Way::Give),
            }
            if way == Some(Way::Give) {
                Field {
                    label: "Username of who gets the {name}",
                    name: name.clone(),
                    value: receiver,
                    oninput: move |text| fate.write().receiver = text,
                    error: error.clone(),
                    autocomplete: "off",
                }
            }
            Choice {
                name: "{name}-fate",
                value: "delete",
                title: "Delete them",
                hint: loss,
                chosen: way == Some(Way::Delete),
                onchoose: move |()| fate.write().way = Some(Way::Delete),
            }
            // Where a username is asked for, the field says it.
            if let Some(error) = error.filter(|_| way != Some(Way::Give)) {
                p { class: "text-sm text-bad", role: "alert", "{error}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_asked_for_as_a_word_and_nothing_else_is_one() {
        let fate = |way, receiver: &str| Fate { way, receiver: receiver.to_owned() }.word("nodes");
        assert_eq!(fate(Some(Way::Delete), "").ok(), Some(Handover::Delete));
        assert_eq!(fate(Some(Way::Give), " bob ").ok(), Some(Handover::Give("bob".parse().unwrap())));
        for (way, receiver) in [(None, "bob"), (Some(Way::Give), ""), (Some(Way::Give), "B b")] {
            assert_eq!(fate(way, receiver).unwrap_err().field.as_deref(), Some("nodes"));
        }
    }
}
