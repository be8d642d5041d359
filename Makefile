# Thin targets: each is one or two commands of the tools that do the work. `make help` lists them.
VENV := .venv
PYTHON := $(CURDIR)/$(VENV)/bin/python
STAMPS := build/.stamps

# Nobody's Python settings reach our environment, and ours stay here.
unexport PYTHONPATH PYTHONHOME
export PYTHONNOUSERSITE := 1

.DEFAULT_GOAL := help
.PHONY: help tool build test demo docs wheel tarball windows test-windows bench growth sanitize fuzz endurance tidy format format-check clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A list of Debian packages each: for the tool; for its page; for all else; for lint.
$(STAMPS)/packages: cmake/debian-packages.txt cmake/setup.sh
	@cmake/setup.sh packages $<
	@mkdir -p $(@D) && touch $@

$(STAMPS)/%-packages: cmake/debian-packages-%.txt cmake/setup.sh | $(STAMPS)/packages
	@cmake/setup.sh packages $<
	@mkdir -p $(@D) && touch $@

$(STAMPS)/node: cmake/debian-packages-node.txt cmake/setup.sh | $(STAMPS)/packages
	@cmake/setup.sh node $<
	@mkdir -p $(@D) && touch $@

$(VENV)/.ready: requirements-dev.txt | $(STAMPS)/dev-packages
	@cmake/setup.sh python $< $(VENV)
	@touch $@

configure = { echo "configuring (build/configure.log)" >&2; cmake --preset $(1) > build/configure.log 2>&1 || { tail -n 20 build/configure.log; exit 1; }; }

# Both configure build/. What is made for the tool alone serves the rest, too; the rest is never taken back.
$(STAMPS)/tool: CMakePresets.json | $(STAMPS)/packages $(STAMPS)/node
	@[ -e $(STAMPS)/all ] || $(call configure,tool)
	@touch $@

$(STAMPS)/all: CMakePresets.json $(VENV)/.ready | $(STAMPS)/node
	@$(call configure,release -DPython_EXECUTABLE=$(PYTHON))
	@touch $@

tool: $(STAMPS)/tool  ## ./build/leverkin alone: no tests, no Python
	@cmake --build build --target leverkin_shell

build: $(STAMPS)/all  ## ./build/leverkin, and a .venv whose Python imports leverkin
	@cmake --build build
	@cmake --install build --component python \
	  --prefix "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("platlib"))')" > build/install-python.log

test: build  ## all tests: C++ (ctest) and Python (pytest)
	@if [ -t 1 ]; then progress=--progress; fi; \
	  ctest --test-dir build --output-on-failure --no-tests=error $$progress -j "$$(nproc)"
	@$(PYTHON) -m pytest -q tests bindings/python/tests
	@if $(MAKE) --silent $(STAMPS)/fuzz-packages; then $(fuzzers) && tests/fuzz/run.sh build/fuzz quick; \
	  else echo "fuzzers: skipped, as clang's runtime (cmake/debian-packages-fuzz.txt) cannot be installed here" >&2; fi

demo: tool demo/mice/.complete  ## mice that learn, simulated, analysed and summarised; builds the tool alone
	@build/leverkin analyze demo/mice --out demo/mice.results.h5
	@build/leverkin report demo/mice.results.h5 --out demo/mice.html --quiet
	@build/leverkin summary demo/mice.results.h5
	@echo "the recordings are in demo/mice, the results in demo/mice.results.h5, the page to look at is demo/mice.html" >&2

demo/mice/.complete: | tool
	@rm -rf demo/mice
	@build/leverkin simulate --out demo/mice --animals 2 --sessions 11 --minutes 4 --seed 1 > /dev/null
	@touch $@

docs: build build/docs-study/.complete  ## the documentation site, build/docs/index.html; its pictures are made on the way
	@$(PYTHON) docs/draw.py build/docs-study docs/pictures
	@$(PYTHON) -m sphinx -W --keep-going -q -E -a -d build/docs-doctrees -b html docs build/docs
	@! grep -rnoE --include='*.html' '<(script|link|img)[^>]*https?:[^>]*>' build/docs  # it loads nothing from elsewhere

build/docs-study/.complete: docs/study.py | build
	@rm -rf $(@D) && mkdir -p $(@D)
	@$(PYTHON) docs/study.py $(@D)
	@touch $@

tarball: tool  ## dist/leverkin-VERSION.tar.gz: sources that build without a network
	@cmake/tarball.sh build

WHEEL_PYTHON ?= $(PYTHON)
wheel: $(VENV)/.ready  ## a self-contained wheel in dist/; WHEEL_PYTHON=python3.13: one for 3.12 and later
	@rm -rf build/wheelhouse && mkdir -p dist
	@$(WHEEL_PYTHON) -m pip wheel -q --no-deps --wheel-dir build/wheelhouse .
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PYTHON) -m auditwheel repair --wheel-dir dist build/wheelhouse/*.whl > build/auditwheel.log 2>&1 || { tail -n 5 build/auditwheel.log; exit 1; }
	@ls dist/*.whl

windows: $(STAMPS)/windows-packages $(STAMPS)/node  ## the tool and the DLL for Windows, a zip in dist/
	@cmake/windows/build.sh

test-windows: build $(STAMPS)/windows-packages  ## the tests of that build, under wine, beside Debian's; skipped where there is no wine
	@tests/windows/run.sh

bench: build  ## every stage against its best competitor, in about half an hour; BENCH="--quick" is shorter
	@$(PYTHON) bench/run.py $(BENCH)

growth: build  ## time and memory against the size of the job, measured and drawn into docs/growth.svg
	@$(PYTHON) bench/growth.py
	@$(PYTHON) docs/make_growth.py docs/growth.json docs/growth.svg

sanitize: $(VENV)/.ready $(STAMPS)/node  ## C++, C, the tool and the Python package under the address and undefined-behaviour sanitizers
	@cmake --preset asan -DPython_EXECUTABLE=$(PYTHON) > build/configure-asan.log || { tail -n 20 build/configure-asan.log; exit 1; }
	@cmake --build --preset asan
	@ctest --preset asan -j "$$(nproc)"
	@tests/sanitize.sh build/asan $(PYTHON)

fuzzers = { echo "configuring build/fuzz" >&2; cmake --preset fuzz > build/configure-fuzz.log 2>&1 || { tail -n 20 build/configure-fuzz.log; exit 1; }; } && cmake --build --preset fuzz

MINUTES := 10
fuzz: $(STAMPS)/fuzz-packages  ## MINUTES=10: damaged and hostile input for everything that reads bytes
	@$(fuzzers)
	@tests/fuzz/run.sh build/fuzz $(MINUTES)

endurance: build  ## kills, damaged files, refused memory, a thousand sessions, a day of live: in about half an hour
	@for trial in kills damaged allocations load soak; do $(PYTHON) tests/endurance/$$trial.py || exit; done

tidy: $(STAMPS)/lint-packages  ## clang-tidy; every finding is an error
	@cmake --workflow --preset tidy

format: $(STAMPS)/lint-packages  ## clang-format on every C++ file
	@tests/hygiene/format.sh --fix

format-check: $(STAMPS)/lint-packages  ## says which C++ files clang-format would change
	@tests/hygiene/format.sh

clean:  ## removes build/ and demo/; .venv stays
	@rm -rf build demo
