//! How the server is exposed: decided from what the operator set, and made true at the listener.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use control::http::exposure::{Certificate, ListenOptions};
use control::http::tls::{Files, Keeper, made};
use control::http::{Exposure, TrustedProxies};
use control::machine;

use super::arguments::Serve;

pub(super) struct Exposed {
    pub(super) exposure: Exposure,
    pub(super) proxies: Arc<TrustedProxies>,
    pub(super) keeper: Option<Arc<Keeper>>,
    /// Other names of this machine, beside those of the public URLs.
    pub(super) names: Vec<String>,
    /// Where people open the console.
    pub(super) address: String,
}

impl Exposed {
    pub(super) fn decide(serve: &Serve, listen: SocketAddr, data_dir: &Path) -> anyhow::Result<Self> {
        let files = match (&serve.tls_certificate, &serve.tls_key) {
            (Some(certificate), Some(key)) => Some(Files { certificate: certificate.clone(), key: key.clone() }),
            (None, None) => None,
            (Some(_), None) => anyhow::bail!("--tls-certificate is given without --tls-key (DOCKHOST_TLS_KEY)"),
            (None, Some(_)) => anyhow::bail!("--tls-key is given without --tls-certificate (DOCKHOST_TLS_CERTIFICATE)"),
        };
        let proxies: TrustedProxies =
            serve.trusted_proxies.as_deref().unwrap_or_default().parse().context("--trusted-proxies")?;
        let exposure = Exposure::decide(ListenOptions {
            listen,
            public_urls: &serve.public_urls,
            certificate: files.is_some(),
            insecure: serve.insecure_http,
            proxies: !proxies.is_empty(),
        });
        let exposure = exposure.map_err(anyhow::Error::msg)?;
        let names = names(serve);
        let files = match exposure {
            Exposure::Tls(Certificate::Given | Certificate::Unnamed) => files,
            Exposure::Tls(Certificate::Made) => {
                control::store::keep_private(data_dir)?;
                Some(made(data_dir, &of_certificate(serve, listen, &names))?)
            }
            Exposure::Loopback | Exposure::Proxied | Exposure::Insecure => None,
        };
        let keeper = files.map(Keeper::open).transpose()?.map(Arc::new);
        let address = serve.public_urls.first().cloned();
        let address = address.unwrap_or_else(|| format!("{}://{}", exposure.scheme(), reached(listen)));
        Ok(Self { exposure, proxies: Arc::new(proxies), keeper, names, address })
    }

    /// By which nodes know the server, where no authority vouches for it.
    pub(super) fn fingerprint(&self) -> Option<String> {
        Some(self.made()?.fingerprint())
    }

    /// By which `curl` knows it there.
    pub(super) fn key_pin(&self) -> Option<String> {
        self.made()?.key_pin()
    }

    /// The certificate itself, for programs that know no other authority there.
    pub(super) fn certificate(&self) -> anyhow::Result<Option<String>> {
        let made = self.made().map(Keeper::certificate);
        made.transpose().context("cannot read the certificate that the server made itself")
    }

    fn made(&self) -> Option<&Keeper> {
        self.keeper.as_deref().filter(|_| self.exposure == Exposure::Tls(Certificate::Made))
    }

    /// Whether a proxy is in front that was not named.
    pub(super) fn is_unnamed(&self) -> bool {
        self.exposure == Exposure::Proxied && self.proxies.is_empty()
    }

    /// What an operator should know of it, at the start.
    pub(super) fn tell(&self) {
        match self.exposure {
            Exposure::Loopback => {}
            Exposure::Tls(Certificate::Given | Certificate::Unnamed) => {
                let fingerprint = self.keeper.as_ref().map(|keeper| keeper.fingerprint());
                tracing::info!(fingerprint, "TLS with the certificate that was given");
            }
            Exposure::Tls(Certificate::Made) => tracing::info!(
                fingerprint = self.fingerprint(),
                "TLS with a certificate of its own: browsers ask once whether to trust it, and nodes are told its fingerprint"
            ),
            Exposure::Proxied if self.is_unnamed() => tracing::warn!(
                "a reverse proxy on this machine is in front, and DOCKHOST_TRUSTED_PROXIES does not name it: everybody who \
                 comes through it counts as one address"
            ),
            Exposure::Proxied => tracing::info!(proxies = %self.proxies, "a reverse proxy speaks TLS"),
            Exposure::Insecure => tracing::warn!(
                "plain HTTP beyond this machine, as --insecure-http asks for: whoever is on the way reads passwords and may \
                 change everything"
            ),
        }
    }
}

/// Where a browser on this machine finds what listens there.
fn reached(listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        IpAddr::V4(any) if any.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], listen.port())),
        IpAddr::V6(any) if any.is_unspecified() => SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], listen.port())),
        IpAddr::V4(_) | IpAddr::V6(_) => listen,
    }
}

fn names(serve: &Serve) -> Vec<String> {
    let ssh = serve.ssh_address.as_deref().map(|address| address.split(':').next().unwrap_or(address).to_owned());
    let own = machine::hostname().into_iter().flat_map(|name| [format!("{name}.local"), name]);
    own.chain(ssh).filter(|name| !name.is_empty()).collect()
}

/// Every name and address under which somebody might come.
fn of_certificate(serve: &Serve, listen: SocketAddr, names: &[String]) -> Vec<String> {
    let urls = serve.public_urls.iter().filter_map(|url| super::serve::host_of(url));
    let apps = serve.apps_domain.iter().map(|domain| format!("*.{}", domain.split(':').next().unwrap_or(domain)));
    let listen = (!listen.ip().is_unspecified()).then(|| listen.ip().to_string());
    let near = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let all = urls.chain(listen).chain(names.iter().cloned()).chain(near).chain(apps);
    let mut all: Vec<String> = all.map(|name| name.trim_matches(['[', ']']).to_ascii_lowercase()).collect();
    all.sort();
    all.dedup();
    // A name with a character that no certificate can have is none that a browser opens.
    all.retain(|name| name.is_ascii());
    all
}
