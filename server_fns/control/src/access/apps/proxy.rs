//! One request to an app and its answer, as streams. Each has a connection of its own, so that no request is ever read
//! as the rest of another.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, Version};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::ext::{ReasonPhrase, on_informational};
use hyper_util::rt::TokioIo;
use model::port::ContainerPort;
use protocol::stream::Target;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::answer::Answer;
use super::headers::{RequestContext, inward};
use super::outward::outward;
use super::sent::Sent;
use super::{Admitted, Urls, guard, page, switch, tls};
use crate::access::permit::no_longer;
use crate::core::Core;
use crate::tunnel::NoStream;

/// How long an app may think before its answer begins. What it sends then may take as long as it likes.
const ANSWER: Duration = Duration::from_secs(300);
/// For each direction of a connection that was switched.
const BUFFER: usize = 64 << 10;

pub(super) async fn pass(
    urls: &Urls,
    admitted: Admitted,
    name: &str,
    asked: RequestContext,
    mut request: Request,
) -> Response {
    let (id, port, closed) = (admitted.instance(), admitted.port(), admitted.is_visit());
    let stream = match urls.tunnels.open_stream(id, Target::Port { port, patience_ms: 0 }).await {
        Ok(stream) => stream,
        Err(why) => return no_stream(name, port, &why),
    };
    let way = Way { core: urls.core.clone(), admitted, over: CancellationToken::new() };
    let upgrade = switch::wanted(request.headers());
    let switched = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));
    let answer = if port.is_tls() {
        match tls::speak(stream, &asked.host).await {
            Ok(stream) => ask(stream, &asked, upgrade.as_ref(), request, way.clone()).await,
            Err(why) => {
                tracing::debug!(instance = %id, port = port.0, %why, "an app does not speak TLS");
                let sentence =
                    format!("The program on port {} of {name} does not speak TLS, as is usual there.", port.0);
                return page::words(StatusCode::BAD_GATEWAY, "The app did not answer", &sentence);
            }
        }
    } else {
        ask(stream, &asked, upgrade.as_ref(), request, way.clone()).await
    };
    let (answer, until_passed_on) = match answer {
        Ok(answer) => answer,
        Err(_) if way.over.is_cancelled() => return page::nothing(StatusCode::NOT_FOUND),
        Err(why) => {
            tracing::debug!(instance = %id, port = port.0, %why, "an app did not answer");
            let sentence =
                format!("The program on port {} of {name} took the request and gave no answer that is HTTP.", port.0);
            return page::words(StatusCode::BAD_GATEWAY, "The app did not answer", &sentence);
        }
    };
    let is_switch = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    let mut headers = outward(answer.headers(), is_switch);
    if closed {
        guard::close(&mut headers);
    }
    let status = answer.status();
    // hyper's parser gives one with bytes above 127 as an empty one; the standard reason is better than none.
    let reason = answer.extensions().get::<ReasonPhrase>().filter(|reason| !reason.as_bytes().is_empty()).cloned();
    let body = match (is_switch, switched) {
        (true, Some(switched)) => {
            urls.core.tasks.spawn(carry(way, switched, hyper::upgrade::on(answer)));
            Body::empty()
        }
        (true, None) => {
            let sentence = "It switched to another protocol without being asked.";
            return page::words(StatusCode::BAD_GATEWAY, "The app did not answer", sentence);
        }
        (false, _) => Body::new(Answer { body: answer.into_body(), over: way.over, _until_passed_on: until_passed_on }),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if let Some(reason) = reason {
        response.extensions_mut().insert(reason);
    }
    response
}

/// What a connection to an app hangs on.
#[derive(Clone)]
struct Way {
    core: Core,
    admitted: Admitted,
    /// It was ended from here.
    over: CancellationToken,
}

impl Way {
    /// Waits until the visitor may be there no longer.
    async fn ended(&self) {
        no_longer(&self.core, |world, now| self.admitted.holds(world, now)).await;
    }
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    asked: &RequestContext,
    upgrade: Option<&HeaderValue>,
    request: Request,
    way: Way,
) -> Result<(hyper::Response<Incoming>, Option<DropGuard>), String> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(async move {
        let mut connection = std::pin::pin!(connection.with_upgrades());
        tokio::select! {
            ended = &mut connection => if let Err(error) = ended {
                tracing::debug!(%error, "a connection to an app broke off");
            },
            // Both bodies end with the connection; it is said first, so that what is cut off never looks whole.
            () = way.ended() => way.over.cancel(),
        }
    });
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let (body, expected) = Sent::new(&parts.headers, body);
    let mut inner = hyper::Request::new(body);
    *inner.method_mut() = parts.method;
    *inner.uri_mut() = path.parse::<Uri>().map_err(|error| error.to_string())?;
    *inner.version_mut() = Version::HTTP_11;
    *inner.headers_mut() = inward(&parts.headers, asked, upgrade);
    if let Some(expected) = expected.clone() {
        on_informational(&mut inner, move |answer| expected.heard(answer.status()));
    }
    let answer = match timeout(ANSWER, sender.send_request(inner)).await {
        Ok(answer) => answer.map_err(|error| error.to_string())?,
        Err(_) => return Err("it took too long".to_owned()),
    };
    let until_passed_on = expected.map(|expected| expected.answered(answer.status()));
    Ok((answer, until_passed_on))
}

/// Until both ends are done, or the visitor may be there no longer.
async fn carry(way: Way, visitor: hyper::upgrade::OnUpgrade, app: hyper::upgrade::OnUpgrade) {
    let (Ok(visitor), Ok(app)) = tokio::join!(visitor, app) else { return };
    let (mut visitor, mut app) = (TokioIo::new(visitor), TokioIo::new(app));
    tokio::select! {
        _ended = copy_bidirectional_with_sizes(&mut visitor, &mut app, BUFFER, BUFFER) => {}
        () = way.ended() => {}
        () = way.core.stopping.cancelled() => {}
    }
}

fn no_stream(name: &str, port: ContainerPort, why: &NoStream) -> Response {
    let (status, heading) = match why {
        NoStream::NotListening(_) => (StatusCode::BAD_GATEWAY, format!("Nothing listens on port {}", port.0)),
        NoStream::NotRunning(_) => (StatusCode::SERVICE_UNAVAILABLE, format!("{name} does not run")),
        NoStream::Paused(_) => (StatusCode::SERVICE_UNAVAILABLE, format!("{name} is paused")),
        NoStream::NodeAway(_) => (StatusCode::SERVICE_UNAVAILABLE, format!("{name} cannot be reached")),
        NoStream::Undeclared(_) => return page::nothing(StatusCode::NOT_FOUND),
    };
    let advice = match why {
        NoStream::NotListening(_) => {
            format!(
                "{name} runs, and no program in it takes connections on port {} from outside. One that listens on \
                     127.0.0.1 alone must listen on 0.0.0.0.",
                port.0
            )
        }
        NoStream::NotRunning(_) => {
            "A visit does not start it: its owner does, in the console or by a login, and then this page opens."
                .to_owned()
        }
        NoStream::Paused(_) => format!("{why}."),
        NoStream::NodeAway(_) | NoStream::Undeclared(_) => format!("{why}. It may come back by itself."),
    };
    page::words(status, &heading, &advice)
}
