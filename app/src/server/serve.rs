//! Opens `control`, mounts everything on one router, and serves until told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use axum::{Extension, Router};
use control::http::cookie::SecureCookies;
use control::http::{Dialled, Door, Origins};
use control::{AppsDomain, Config, Control, SshConfig};
use dioxus::server::{DioxusRouterExt, ServeConfig};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::arguments::Serve;
use crate::App;

/// How long open requests may take to end once the server was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

pub(super) async fn serve(data_dir: PathBuf, database: Option<String>, serve: Serve) -> anyhow::Result<()> {
    check_public_dir()?;
    let listener = TcpListener::bind(serve.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another server running there?", serve.listen))?;
    let listen = listener.local_addr().context("cannot tell the address that was bound")?;
    let origins = Origins::new(listen, &serve.public_urls)?;
    let secure = SecureCookies(origins.tls_only());
    let ssh = ssh(&serve, listen)?;
    let apps = AppsDomain::new(listen, serve.public_urls.first().map(String::as_str), serve.apps_domain.as_deref())?;
    if apps.is_none() {
        tracing::info!("no port has a public URL: they need a domain of their own, which DOCKHOST_APPS_DOMAIN names");
    }
    let forwards = serve.forward_listen.0;
    let sign_up = serve.sign_up.map(Into::into);
    let config = Config { data_dir, database, sign_up, ssh, forwards, apps, ..Config::default() };
    let (control, running) = Control::open(config).await?.run();

    let pages = Router::new().serve_dioxus_application(ServeConfig::new(), App);
    let router = control.router().merge(pages).layer(Extension(control.clone())).layer(Extension(secure));
    let router = control.around(control::http::layers(router, origins));

    tracing::info!(address = %format!("http://{listen}"), "DockHost is ready");
    if let Some(token) = control.setup_token() {
        tracing::info!(link = %format!("http://{listen}/set-up?token={token}"), "open this link to become the administrator");
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut stopping = stopped.clone();
    let server = axum::serve(Door(listener), router.into_make_service_with_connect_info::<Dialled>())
        .with_graceful_shutdown(async move { drop(stopping.wait_for(|told| *told).await) });
    let server = tokio::spawn(server.into_future());
    told_to_stop().await?;
    tracing::info!("stopping; instances keep running");
    stop.send_replace(true);
    drop(tokio::time::timeout(LAST_REQUESTS, server).await);
    running.stop().await;
    Ok(())
}

/// Where the gateway listens, and under which name people find it.
fn ssh(serve: &Serve, listen: SocketAddr) -> anyhow::Result<SshConfig> {
    let of_url = serve.public_urls.first().and_then(|url| url.parse::<axum::http::Uri>().ok());
    let of_url = of_url.and_then(|uri| uri.host().map(str::to_owned));
    let (host, port) = match &serve.ssh_address {
        None => (of_url.unwrap_or_else(|| listen.ip().to_string()), None),
        Some(text) => match text.rsplit_once(':') {
            None => (text.clone(), None),
            Some((host, port)) => {
                let port = port.parse().with_context(|| format!("--ssh-address {text} does not end in a port"))?;
                (host.to_owned(), Some(port))
            }
        },
    };
    Ok(SshConfig { listen: serve.ssh_listen.0, host, port })
}

async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// Dioxus finds the web client by the same rule, and panics where this explains.
fn check_public_dir() -> anyhow::Result<()> {
    let dir = match std::env::var_os("DIOXUS_PUBLIC_PATH") {
        Some(dir) => PathBuf::from(dir),
        None => {
            let program = std::env::current_exe().context("cannot tell where this program is")?;
            program.parent().unwrap_or(Path::new(".")).join("public")
        }
    };
    anyhow::ensure!(
        dir.join("index.html").is_file(),
        "the web client is not in {}: build it with `make build`, or say where it is with DIOXUS_PUBLIC_PATH",
        dir.display()
    );
    Ok(())
}
