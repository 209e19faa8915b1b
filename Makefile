# Fornax. `make help` lists the targets.

# One target directory outside the checkout, shared by every build: RocksDB takes minutes to compile.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/fornax/target

.DEFAULT_GOAL := help
.PHONY: help run test clients lint guard

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build, load 100 generated patients and serve them on 127.0.0.1:8080
	@tools/setup.sh build
	@tools/run.sh

test: ## Install what is missing and run every test
	@tools/setup.sh test
	@tools/test.sh

clients: ## Install what is missing and drive the server with the client libraries of others
	@tools/setup.sh clients
	cargo test --workspace --locked --test server --no-run
	@tests/clients/run.sh

guard: ## Count the instructions of the hot paths: fail where they grew over 10 % (UPDATE=1 puts the counts on record)
	@tools/setup.sh test
	cargo test --workspace --locked --bench guard -- $(if $(UPDATE),--update)

lint: ## Check formatting, lints and documentation
	@tools/setup.sh build
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
