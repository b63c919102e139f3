PREFIX ?= /usr/local
# Where the tests keep what commands have printed as JSON.
OUTPUTS = $(CURDIR)/.build/test-outputs
SWIFT ?= swift
LINTERS = .build/lint-venv/bin
PYTHON_SCRIPTS = scripts/check-layers scripts/make-fixture scripts/test-summary \
	scripts/update-page-libraries scripts/update-prices
PYTHON_FILES = Benchmarks Sources Tests $(PYTHON_SCRIPTS)
UNITTEST = .venv/bin/python -m unittest discover
TEST_PARTS = "Swift=$(SWIFT) test --skip-build" "Scripts=$(UNITTEST) Tests/Scripts" "Bridge=$(UNITTEST) Tests/Bridge" \
	"Page=$(UNITTEST) Tests/Page"
# The tests run what users run, which also starts several times faster than a debug build.
TESTED_BUILD = .build/tested
TESTED = NLLM_BATCH_BINARY=$(CURDIR)/$(TESTED_BUILD)/release/nllm-batch
# A crash must not wait for a debugger.
export SWIFT_BACKTRACE = enable=no
# Most tests start processes: with one for each test at once, all of them are late.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 6

.PHONY: help setup demo build build-tests test soak lint format bench install check clean

help: ## Show this list.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## Install what is missing: libraries from Debian, and llm in .venv.
	@scripts/setup

demo: setup ## Run samples/prompts on two models without any key.
	$(SWIFT) build --product nllm-batch
	scripts/demo

build: setup ## Build for release.
	$(SWIFT) build -c release --product nllm-batch

# Side by side, in folders of their own, because a release build of one module keeps one core busy.
build-tests:
	@scripts/setup --tests
	$(SWIFT) build --scratch-path $(TESTED_BUILD) -c release --product nllm-batch & release=$$!; \
	$(SWIFT) build --build-tests; tests=$$?; wait $$release && exit $$tests

test: build-tests ## Build and run all tests, the long ones briefly.
	rm -rf $(OUTPUTS) && mkdir $(OUTPUTS)
	$(TESTED) NLLM_BATCH_OUTPUTS=$(OUTPUTS) scripts/test-summary $(TEST_PARTS)
	.venv/bin/python Tests/Support/validate.py $(OUTPUTS)

soak: ## Run all tests, the long ones in full.
	@scripts/setup --tests --soak
	$(MAKE) build-tests
	$(TESTED) NLLM_BATCH_SOAK=1 scripts/test-summary $(TEST_PARTS)

lint: ## Check the code's format, style and layers.
	@scripts/setup-lint
	swift format lint --strict --recursive --parallel Package.swift Benchmarks Examples Sources Tests
	scripts/check-layers
	$(LINTERS)/ruff check --quiet $(PYTHON_FILES)
	$(LINTERS)/ruff format --quiet --check $(PYTHON_FILES)
	$(LINTERS)/mypy --no-error-summary
	$(LINTERS)/biome check --error-on-warnings --log-level=warn
	$(LINTERS)/shellcheck .ci/run $(filter-out scripts/linters.txt $(PYTHON_SCRIPTS), $(wildcard scripts/*))

format: ## Format the code in place.
	@scripts/setup-lint
	$(LINTERS)/ruff format --quiet $(PYTHON_FILES)
	$(LINTERS)/biome check --write --log-level=warn
	swift format --in-place --recursive --parallel Package.swift Benchmarks Examples Sources Tests

bench: build ## Measure against what one would do instead; prints ratios. BENCH=--quick for a short one.
	$(SWIFT) build -c release --product EngineBenchmark
	scripts/setup-bench
	.venv/bin/python Benchmarks/throughput.py $(BENCH)

install: ## Put the release binary under PREFIX.
	$(SWIFT) build -c release --product nllm-batch --static-swift-stdlib
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build/release/nllm-batch "$(DESTDIR)$(PREFIX)/bin/nllm-batch"

check: lint test ## What has to pass before a change is shared.

clean: ## Remove what was built and installed here.
	rm -rf .build .venv nllm-runs
