// Holds dashboards to Grafana's own types: node check.mjs FOLDER BOARD.json ...
//
// FOLDER has the node_modules of this folder's package.json. Each part of a board becomes a constant with the type that
// it has to have, and the compiler says what does not fit. Then faults are put into copies of the first board, one at a
// time, and each has to be found: a check that lets everything pass is none.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
if (!folder || files.length === 0) {
  console.error('usage: node check.mjs FOLDER BOARD.json ...');
  process.exit(2);
}
const home = resolve(folder);
const ts = createRequire(join(home, 'package.json'))('typescript');
const types = readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'types.ts'), 'utf8');

const options = {
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ES2022,
  types: [],
};

/** A board as constants, each with its type; and what each one is, by its line. */
function constants(name, board) {
  const { panels, ...rest } = board;
  const lines = ["import type { Board, PanelOf, Row } from './types';"];
  const parts = [name];
  const add = (part, type, value) => {
    parts.push(part);
    lines.push(`export const part${parts.length}: ${type} = ${JSON.stringify(value)};`);
  };
  add(name, 'Board', rest);
  for (const panel of panels) {
    const type = panel.type === 'row' ? 'Row' : `PanelOf<${JSON.stringify(panel.type)}>`;
    add(`${name}: ${panel.title}`, type, panel);
  }
  return { text: lines.join('\n'), parts };
}

const kept = new Map();

/** What does not fit in these boards, given as [name, board]. */
function faults(boards) {
  const sources = new Map([[join(home, 'types.ts'), types]]);
  const parts = new Map();
  for (const [index, [name, board]] of boards.entries()) {
    const made = constants(name, board);
    sources.set(join(home, `board${index}.ts`), made.text);
    parts.set(join(home, `board${index}.ts`), made.parts);
  }
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...more) => {
    const text = sources.get(file);
    if (text !== undefined) return ts.createSourceFile(file, text, options.target);
    // Grafana's types are the same each time.
    if (!kept.has(file)) kept.set(file, getSourceFile(file, ...more));
    return kept.get(file);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ');
    const named = parts.get(diagnostic.file?.fileName);
    if (!named) return `${diagnostic.file?.fileName ?? 'the compiler'}: ${text}`;
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
    return `${named[line]}: ${text}`;
  });
}

/** Faults that have to be found, each put into a copy. */
function planted(board) {
  const alter = (change) => {
    const copy = structuredClone(board);
    const of = (type) => copy.panels.find((panel) => panel.type === type);
    change(copy, of);
    return copy;
  };
  return {
    'a word that is none of an enum': alter((_, of) => (of('timeseries').options.legend.displayMode = 'tabel')),
    'an option that is not there': alter((_, of) => (of('heatmap').options.colour = {})),
    'an option that is missing': alter((_, of) => delete of('stat').options.colorMode),
    'a number where a text is due': alter((_, of) => (of('table').fieldConfig.defaults.unit = 1)),
    'a key of a board that is not there': alter((copy) => (copy.scheme = 1)),
    'a variable of an unknown type': alter((copy) => (copy.templating.list[0].type = 'source')),
    'a threshold without a colour': alter((_, of) => delete of('stat').fieldConfig.defaults.thresholds.steps[0].color),
    'an unknown style of lines': alter((_, of) => (of('timeseries').fieldConfig.defaults.custom.drawStyle = 'dots')),
    'a panel of an unknown type': alter((_, of) => (of('stat').type = 'singlestat')),
  };
}

const boards = files.map((file) => [basename(file), JSON.parse(readFileSync(file, 'utf8'))]);
const found = faults(boards);
found.forEach((fault) => console.error(fault));

const missed = Object.entries(planted(boards[0][1])).filter(([what, board]) => faults([[what, board]]).length === 0);
missed.forEach(([what]) => console.error(`not found, though put in: ${what}`));

if (found.length + missed.length > 0) process.exit(1);
const panels = boards.reduce((sum, [, board]) => sum + board.panels.length, 0);
console.log(`${boards.length} dashboards, ${panels} panels and rows: as Grafana's types have them`);
