# Every target is one script in scripts/, so that none of them needs make.
.DEFAULT_GOAL := help
.PHONY: help run test test-chaos test-desktop build fmt lint simulate chaos powercut race bench fleet desktop release release-test vm upgrade-test mixed clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
run: ## set everything up and run DockHost here: server and one node
	@scripts/run.sh
test: ## set everything up and run the checks and suites; ALSO="chaos desktop" adds the next two
	@scripts/test.sh
test-chaos: ## harm disks, cables and processes, and try what crosses networks (root)
	@scripts/test.sh toolchain build engine chaos
test-desktop: ## build the desktop window and use it with keys and mouse
	@scripts/test.sh toolchain build engine desktop
build: ## build the web client, the server and the node, without running them
	@scripts/toolchain.sh && scripts/build.sh
fmt: ## format the sources
	@scripts/check.sh fmt
lint: ## formatting, clippy for every platform, licences, unused dependencies
	@scripts/check.sh lint
simulate: ## play the deciding cores against simulated faults, at length
	@scripts/simulate.sh
chaos: ## harm a real installation while people work with it
	@scripts/chaos.sh
powercut: ## cut the power of the disk under a writing server, 100 times (root)
	@scripts/power-cut.sh
race: ## thousands of creates at once against a quota, 200 times
	@scripts/race.sh
bench: ## time from create to the SSH banner, against docker run
	@scripts/bench.sh
fleet: ## what many nodes, instances, callers and pages cost the optimised server
	@scripts/fleet.sh
desktop: ## build and open the desktop window
	@scripts/desktop.sh run
release: ## optimised programs, checksums and web files in dist/
	@scripts/release.sh
release-test: ## do the main job with what lies in dist/, where there is neither compiler nor source (root)
	@scripts/release-test.sh
vm: ## let what lies in dist/ make a node of a virtual machine with Debian 13, and start that anew (root)
	@scripts/vm.sh
upgrade-test: ## open what an earlier version made: make upgrade-test FROM=COMMIT
	@scripts/upgrade-test.sh $(FROM)
mixed: ## let the programs of an earlier version work with these; FROM=COMMIT names another one
	@scripts/mixed.sh $(FROM)
clean: ## remove what was built (the cache, not the data)
	@scripts/clean.sh
