// Bundles the page: node build.mjs FOLDER_WITH_NODE_MODULES OUT.cpp
// The page's code, its style and the charting library go into one HTML text, and that into a C++ array.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [packages, out] = process.argv.slice(2);
const here = join(dirname(fileURLToPath(import.meta.url)), "page");
const { buildSync } = createRequire(resolve(packages, "package.json"))("esbuild");

function bundle(entry) {
  const built = buildSync({
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["es2022"],
    charset: "ascii",
    legalComments: "inline",
    nodePaths: [resolve(packages, "node_modules")],
    outdir: here,
    logLevel: "warning",
  });
  return built.outputFiles[0].text;
}

const licences = ["uplot", "fflate"]
  .map((name) => `This page holds ${name}, under this licence:\n\n${readFileSync(resolve(packages, `node_modules/${name}/LICENSE`), "utf8").trim()}`)
  .join("\n\n");
const page = readFileSync(join(here, "index.html"), "utf8")
  .replace("/* style */", () => bundle("style.css"))
  .replace("/* code */", () => bundle("page.js"))
  .replace("<!-- licence -->", () => `<!--\n${licences}\n-->`);

const bytes = [...Buffer.from(page, "utf8")];
const lines = [];
for (let i = 0; i < bytes.length; i += 32) lines.push(bytes.slice(i, i + 32).join(","));
writeFileSync(
  out,
  `// Made by tools/report/build.mjs.
#include "report/report_template.h"

namespace leverkin::tools {
namespace {

const unsigned char bytes[] = {
${lines.join(",\n")}};

}  // namespace

std::string_view report_template() { return {reinterpret_cast<const char*>(bytes), sizeof bytes}; }

}  // namespace leverkin::tools
`,
);
