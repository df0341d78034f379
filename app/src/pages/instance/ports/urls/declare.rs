//! One more port with a public URL.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::name::Username;
use model::port::{ContainerPort, UrlAccess};
use model::request::DeclarePort;
use server_fns::{Json, instances};

use super::super::number;
use crate::action::use_ask;
use crate::parts::{Button, Field, Glyph, Notice, NoticeKind};

#[component]
pub(super) fn Declare(
    id: InstanceId,
    declared: Vec<ContainerPort>,
    /// Whose the instance is, if it is not the viewer's own.
    owner: Option<Username>,
) -> Element {
    let ask = use_ask();
    let whom = owner.map_or_else(|| "you".to_owned(), |owner| owner.to_string());
    let mut port = use_signal(String::new);
    let mut mistake = use_signal(|| None::<String>);
    let send = move |event: FormEvent| {
        event.prevent_default();
        ask.clear();
        match read(&port.read(), &declared) {
            Ok(number) => {
                mistake.set(None);
                let wish = Json(DeclarePort { url: UrlAccess::Owner });
                ask.start(instances::declare_port(id, number, wish), move |_| port.set(String::new()));
            }
            Err(why) => mistake.set(Some(why)),
        }
    };
    rsx! {
        if let Some(why) = ask.rest(&["port"]) {
            Notice { kind: NoticeKind::Bad, "{why}" }
        }
        form { class: "flex items-start gap-2", onsubmit: send,
            div { class: "min-w-0 flex-1",
                Field {
                    label: "Port of the app",
                    name: "port",
                    value: port(),
                    oninput: move |text| port.set(text),
                    error: mistake().or_else(|| ask.field("port")),
                    hint: "At first its URL opens for {whom} alone.",
                    placeholder: "8080",
                    autocomplete: "off",
                    mono: true,
                }
            }
            // As high as the field beside it, below a label that it does not have.
            div { class: "mt-[1.625rem] flex h-10 items-center pointer-coarse:h-11",
                Button { submit: true, icon: Glyph::Plus, busy: ask.busy(), disabled: port.read().trim().is_empty(), "Add URL" }
            }
        }
    }
}

/// The number that was typed. A declared one is refused here, because asking again would take its level from it.
fn read(typed: &str, declared: &[ContainerPort]) -> Result<u16, String> {
    let number = number::read(typed)?;
    if declared.contains(&ContainerPort(number)) {
        return Err(format!("Port {number} is in the list already: choose there who may open it."));
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_new_ports_are_asked_for() {
        assert_eq!(read(" 8080 ", &[ContainerPort::HTTP]), Ok(8080));
        assert!(read("0", &[]).is_err());
        assert!(read("80", &[ContainerPort::HTTP]).is_err());
    }
}
