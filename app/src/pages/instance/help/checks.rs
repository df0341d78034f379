//! The way in, from the server to a login, one after the other.

use model::name::Label;
use model::port::ContainerPort;
use model::reach::Reach;
use model::view::{DoorView, InstanceView, KeyStanding, NodeRef};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    Bad,
    /// It is being tried, or cannot be tried.
    Open,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) title: &'static str,
    pub(super) verdict: Verdict,
    /// A sentence.
    pub(super) text: String,
}

impl Check {
    fn new(title: &'static str, verdict: Verdict, text: impl Into<String>) -> Self {
        Self { title, verdict, text: text.into() }
    }
}

/// `keys` are the viewer's own. `reach` is `None` until it was tried.
pub(super) fn checks(view: &InstanceView, keys: &[(Label, KeyStanding)], reach: Option<&Reach>) -> [Check; 4] {
    [node(&view.node, reach), port(&view.node, &view.doors), sshd(reach), key(&view.ssh_keys, keys)]
}

fn node(node: &NodeRef, reach: Option<&Reach>) -> Check {
    const TITLE: &str = "The node is reached";
    match reach {
        None => Check::new(TITLE, Verdict::Open, "Trying …"),
        Some(reach) if reach.node_reached => {
            Check::new(TITLE, Verdict::Good, format!("This server has a connection to {}.", node.name))
        }
        Some(reach) => Check::new(TITLE, Verdict::Bad, reach.problem.clone()),
    }
}

fn port(node: &NodeRef, doors: &[DoorView]) -> Check {
    const TITLE: &str = "The node listens on the host port";
    let name = &node.name;
    if node.address.is_empty() {
        let text = format!("The address of {name} is not known yet. Its owner sets it under Nodes.");
        return Check::new(TITLE, Verdict::Bad, text);
    }
    match doors.iter().find(|door| door.port == ContainerPort::SSH) {
        Some(door) if !door.problem.is_empty() => Check::new(TITLE, Verdict::Bad, door.problem.clone()),
        Some(door) => {
            let text = format!(
                "{name} listens on {}. A firewall in between cannot be seen from here; the gateway needs no open port.",
                door.address
            );
            Check::new(TITLE, Verdict::Good, text)
        }
        None => Check::new(TITLE, Verdict::Open, format!("{name} does not tell.")),
    }
}

fn sshd(reach: Option<&Reach>) -> Check {
    const TITLE: &str = "Its sshd answers";
    match reach {
        None => Check::new(TITLE, Verdict::Open, "Trying …"),
        Some(reach) if reach.sshd_answers => Check::new(TITLE, Verdict::Good, "It greeted a moment ago."),
        Some(reach) if reach.node_reached => Check::new(TITLE, Verdict::Bad, reach.problem.clone()),
        Some(_) => Check::new(TITLE, Verdict::Open, "It could not be tried."),
    }
}

fn key(ticked: &[Label], keys: &[(Label, KeyStanding)]) -> Check {
    const TITLE: &str = "A key lets you in";
    if ticked.is_empty() {
        return Check::new(
            TITLE,
            Verdict::Bad,
            "It lets in no SSH key, so nobody can log in. Tick one under SSH keys on this page.",
        );
    }
    let names = ticked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    // A key of somebody else's is not among the viewer's, and counts as one that opens.
    let opens = |name: &Label| {
        let shut = |standing: KeyStanding| matches!(standing, KeyStanding::Contested | KeyStanding::Foreign);
        !keys.iter().any(|(known, standing)| known == name && shut(*standing))
    };
    if ticked.iter().any(opens) {
        let text =
            format!("It lets in the holders of {names}. Your ssh must offer one of these: ssh -i FILE names it.");
        Check::new(TITLE, Verdict::Good, text)
    } else {
        let text = format!("Prove under SSH keys that you hold {names}: until then it opens nothing.");
        Check::new(TITLE, Verdict::Bad, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::NodeId;

    fn lab(address: &str) -> NodeRef {
        NodeRef { id: NodeId::from_bits(1), name: "lab-1".parse().unwrap(), address: address.to_owned() }
    }

    fn door(problem: &str) -> DoorView {
        let address = "lab-1.example:1024".to_owned();
        DoorView { port: ContainerPort::SSH, address, open: true, problem: problem.to_owned() }
    }

    #[test]
    fn the_first_thing_that_fails_is_blamed_and_the_rest_is_not() {
        use Verdict::{Bad, Good, Open};
        let lab = lab("lab-1.example");
        let verdicts = |reach: Option<Reach>| (node(&lab, reach.as_ref()).verdict, sshd(reach.as_ref()).verdict);
        assert_eq!(verdicts(None), (Open, Open));
        assert_eq!(verdicts(Some(Reach::good())), (Good, Good));
        assert_eq!(verdicts(Some(Reach::without_sshd("No.".to_owned()))), (Good, Bad));
        assert_eq!(verdicts(Some(Reach::without_node("No.".to_owned()))), (Bad, Open));
    }

    #[test]
    fn a_port_is_open_where_its_node_says_so() {
        assert_eq!(port(&lab("lab-1.example"), &[door("")]).verdict, Verdict::Good);
        assert_eq!(port(&lab("lab-1.example"), &[door("Taken.")]).text, "Taken.");
        assert_eq!(port(&lab("lab-1.example"), &[]).verdict, Verdict::Open);
        assert_eq!(port(&lab(""), &[door("")]).verdict, Verdict::Bad);
    }

    #[test]
    fn one_key_that_opens_is_enough() {
        let [laptop, ci]: [Label; 2] = ["laptop", "ci"].map(|name| name.parse().unwrap());
        let mine = [(laptop.clone(), KeyStanding::Proved), (ci.clone(), KeyStanding::Contested)];
        assert_eq!(key(&[laptop, ci.clone()], &mine).verdict, Verdict::Good);
        assert_eq!(key(&[ci], &mine).verdict, Verdict::Bad);
        assert_eq!(key(&[], &mine).verdict, Verdict::Bad);
    }
}
