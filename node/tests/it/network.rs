use std::collections::HashMap;

use bollard::Docker;
use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::ListNetworksOptionsBuilder;

use crate::bench::{banner, bench, socket};

const NAME: &str = "dockhost";

async fn ids(docker: &Docker) -> Vec<String> {
    let filters = HashMap::from([("name", vec![NAME])]);
    let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
    let networks = docker.list_networks(Some(options)).await.unwrap();
    networks.into_iter().filter(|network| network.name.as_deref() == Some(NAME)).filter_map(|found| found.id).collect()
}

#[tokio::test]
async fn a_second_network_of_the_same_name_is_removed_and_the_start_goes_on() {
    let (Some(bench), Some(path)) = (bench().await, socket()) else { return };
    bench
        .run(async |bench| {
            let ssh = bench.open().await;
            bench.create().await;
            let docker = Docker::connect_with_unix(&path.to_string_lossy(), 60, bollard::API_DEFAULT_VERSION).unwrap();
            let docker = docker.negotiate_version().await.unwrap();
            let request = NetworkCreateRequest { name: NAME.to_owned(), ..NetworkCreateRequest::default() };
            match docker.create_network(request).await {
                Ok(second) => {
                    bench.start().await;
                    let left = ids(&docker).await;
                    assert!(left.len() == 1 && left[0] != second.id, "{left:?} with {}", second.id);
                    assert_eq!(banner(ssh).await, "SSH-2.0-");
                }
                // Engines from API 1.44 on refuse the second name, and then there is nothing to mend.
                Err(refused) => assert!(refused.to_string().contains("already exists"), "{refused}"),
            }
        })
        .await;
}
