// The filter language of `--where` over the rows of sessions that a report has (docs/analysis.md).
//
//   report.filter(text, known) -> row => true or false
//
// What needs rows that are not here (clicks, console lines …) is refused by name, with an error that says so. As on the
// command line, what is not there is equal to nothing, and `<>` is the negation of `=`.
"use strict";
(() => {
  const SPACE = /\s+/y, NAME = /[A-Za-z_$][\w$]*/y, QUOTED = /"((?:[^"]|"")*)"/y, TEXT = /'((?:[^']|'')*)'/y;
  const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y, SIGN = /<>|!=|<=|>=|==|[=<>~().,-]/y;
  const WORDS = new Set(["and", "or", "not", "in", "between", "like", "ilike", "is", "null", "true", "false"]);
  const MOST_SIGNS = 10000, MOST_DEPTH = 200;

  class FilterError extends Error {}
  class ElsewhereError extends FilterError {}

  function tokens(text) {
    if (text.length > MOST_SIGNS) throw new FilterError("a filter has at most 10,000 characters");
    const found = [];
    let at = 0;
    const take = (pattern) => { pattern.lastIndex = at; const m = pattern.exec(text); if (m) at += m[0].length; return m; };
    while (at < text.length) {
      let m;
      if (take(SPACE)) continue;
      if ((m = take(TEXT))) found.push({ kind: "text", value: m[1].replaceAll("''", "'") });
      else if ((m = take(QUOTED))) found.push({ kind: "name", value: m[1].replaceAll('""', '"') });
      else if ((m = take(NAME))) {
        const word = m[0].toLowerCase();
        found.push(WORDS.has(word) ? { kind: word, value: m[0] } : { kind: "name", value: m[0] });
      } else if ((m = take(NUMBER))) found.push({ kind: "number", value: Number(m[0]) });
      else if ((m = take(SIGN))) found.push({ kind: m[0] === "!=" ? "<>" : m[0] === "==" ? "=" : m[0], value: m[0] });
      else throw new FilterError("not a condition near column " + (at + 1) + ": write it like severity >= 60 and signal = 'rage_click'");
    }
    found.push({ kind: "end", value: "" });
    return found;
  }

  function nearest(name, names) {
    let best = null, least = Math.max(2, name.length / 2);
    for (const one of names) { const d = distance(name, one); if (d < least) { least = d; best = one; } }
    return best;
  }
  function distance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, n) => n);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
      row = next;
    }
    return row[b.length];
  }

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = (text, flags) =>
    new RegExp("^" + [...text].map((c) => (c === "%" ? "[^]*" : c === "_" ? "[^]" : escaped(c))).join("") + "$", flags + "u");
  const byName = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

  // A comparison of one value, false where there is none.
  function comparison(sign, values) {
    const [first, second] = values;
    switch (sign) {
      case "=": return (v) => v === first;
      case "<": return (v) => v < first;
      case "<=": return (v) => v <= first;
      case ">": return (v) => v > first;
      case ">=": return (v) => v >= first;
      case "in": return (v) => values.includes(v);
      case "between": return (v) => v >= first && v <= second;
      case "like": { const p = pattern(first, ""); return (v) => p.test(v); }
      case "ilike": { const p = pattern(first, "i"); return (v) => p.test(v); }
      case "~": {
        let p;
        try { p = new RegExp(first, "u"); } catch { throw new FilterError("'" + first + "' is no regular expression that a browser can read"); }
        return (v) => p.test(v);
      }
    }
    throw new FilterError(sign + " is not part of a filter");
  }

  class Parser {
    constructor(text, known) { this.tokens = tokens(text); this.at = 0; this.depth = 0; this.known = known; this.scope = "session"; }
    get next() { return this.tokens[this.at]; }
    take(kind) { if (this.next.kind !== kind) return null; return this.tokens[this.at++]; }
    need(kind, said) { const found = this.take(kind); if (!found) throw new FilterError(said); return found; }

    whole() {
      const test = this.either();
      if (this.next.kind !== "end") throw new FilterError("not a condition from “" + this.next.value + "” on");
      return test;
    }
    either() {
      let left = this.both();
      while (this.take("or")) { const a = left, b = this.both(); left = (row) => a(row) || b(row); }
      return left;
    }
    both() {
      let left = this.negation();
      while (this.take("and")) { const a = left, b = this.negation(); left = (row) => a(row) && b(row); }
      return left;
    }
    negation() {
      if (++this.depth > MOST_DEPTH) throw new FilterError("the filter is nested too deep");
      const test = this.take("not") ? ((inner) => (row) => !inner(row))(this.negation()) : this.one();
      this.depth--;
      return test;
    }
    one() {
      if (this.take("(")) { const inner = this.either(); this.need(")", "a bracket is not closed"); return inner; }
      const name = this.need("name", "a comparison begins with a name, not with “" + this.next.value + "”").value;
      if (this.next.kind === "(") return this.call(name.toLowerCase());
      const key = this.take(".") ? this.need("name", "a name stands after a dot").value : null;
      if (this.next.kind === ".") throw new FilterError('a name has one dot at most; quote the rest: person."a.b"');
      return this.compared(name, key);
    }
    call(scope) {
      this.take("(");
      if (scope === "cohort") throw new ElsewhereError("cohort(…) reads a file");
      if (!(scope in this.known.scopes)) throw new FilterError(this.noSuch(scope + "(…)", scope, [...Object.keys(this.known.scopes), "cohort"], "(…)"));
      const outer = this.scope;
      this.scope = scope;
      const before = this.list ?? null;
      this.list = undefined;
      const inner = this.either();
      const list = this.list;
      this.scope = outer; this.list = before;
      this.need(")", "a bracket is not closed");
      if (scope === "session") return inner;
      if (!list) throw new ElsewhereError(scope + "(…) looks at rows that a report does not have");
      return (row) => row.lists[list].some(inner);
    }
    values() {
      const negated = Boolean(this.take("not"));
      const sign = this.next.kind;
      if (sign === "is" && !negated) {
        this.take("is");
        const isNot = Boolean(this.take("not"));
        if (this.take("null")) return { sign: "null", values: [], negated: isNot };
        const truth = this.take("true") || this.need("false", "a name is null, is not null, is true or is false");
        return { sign: "=", values: [truth.kind === "true"], negated: isNot };
      }
      if (sign === "in") {
        this.take("in"); this.need("(", "in needs a list of values, like in ('a', 'b')");
        const values = [this.literal()];
        while (this.take(",")) values.push(this.literal());
        this.need(")", "a bracket is not closed");
        return { sign, values, negated };
      }
      if (sign === "between") {
        this.take("between");
        const low = this.literal(); this.need("and", "between takes two values: between 1 and 5");
        return { sign, values: [low, this.literal()], negated };
      }
      if (["like", "ilike"].includes(sign) || (!negated && ["=", "<>", "<", "<=", ">", ">=", "~"].includes(sign))) {
        this.at++;
        const value = this.literal();
        return sign === "<>" ? { sign: "=", values: [value], negated: true } : { sign, values: [value], negated };
      }
      if (negated) throw new FilterError("not stands before in, between, like, ilike or a whole condition");
      return null;
    }
    literal() {
      const minus = this.take("-");
      const found = this.take("number");
      if (found) return minus ? -found.value : found.value;
      if (minus) throw new FilterError("a minus stands before a number");
      const text = this.take("text");
      if (text) return text.value;
      if (this.take("true")) return true;
      if (this.take("false")) return false;
      throw new FilterError("“" + this.next.value + "” is not a value: write a number, true, false or a 'text'");
    }
    compared(name, key) {
      const before = this.at;
      let found = this.values();
      const said = key === null ? name : name + "." + key;
      if (!found) {
        if (key === null && this.scope === "session" && byName(this.known.columns, name)?.type === "bool") found = { sign: "=", values: [true], negated: false };
        else { this.at = before; found = null; }
      }
      const test = this.source(name, key, said, found);
      return found.negated ? (row) => !test(row) : test;
    }
    source(name, key, said, found) {
      const needs = () => { if (!found) throw new FilterError(said + " alone says nothing: compare it with a value"); };
      if (this.scope !== "session") return this.inScope(name, key, said, found, needs);
      if (key !== null) {
        if (this.known.maps.includes(name)) { needs(); return this.inMap(name, key, found); }
        if (name === "session") return this.source(key, null, said, found);
        if (name in this.known.scopes) { needs(); return this.listed(name, key, found); }
        throw new FilterError(this.noSuch(said, name, [...this.known.maps, ...Object.keys(this.known.scopes)], "." + key));
      }
      const column = byName(this.known.aliases, name) ?? name;
      const about = byName(this.known.columns, column);
      if (about) {
        needs();
        if (!about.here) throw new ElsewhereError(column + " is a column that a report does not have");
        return this.inColumn(column, about.type, found);
      }
      const short = byName(this.known.shorthands, name);
      if (short) { needs(); return this.listed(short[0], short[1], found); }
      const names = [...Object.keys(this.known.columns), ...Object.keys(this.known.aliases), ...Object.keys(this.known.shorthands), ...Object.keys(this.known.scopes)];
      throw new FilterError(this.noSuch(said, name, names, ""));
    }
    inScope(name, key, said, found, needs) {
      const scope = this.known.scopes[this.scope];
      if (key !== null || !scope.columns.includes(byName(scope.aliases, name) ?? name)) {
        if (key === null) throw new FilterError(this.noSuch(said, name, scope.columns, ""));
        throw new ElsewhereError(said + " looks at rows that a report does not have");
      }
      needs();
      const list = this.known.lists[this.scope + "." + (byName(scope.aliases, name) ?? name)];
      if (!list || (this.list && this.list !== list)) throw new ElsewhereError(this.scope + "(… " + name + " …) looks at rows that a report does not have");
      this.list = list;
      return this.inText(name, found, list);
    }
    listed(scope, column, found) {
      const its = this.known.scopes[scope];
      const name = byName(its.aliases, column) ?? column;
      if (!its.columns.includes(name)) throw new FilterError(this.noSuch(scope + "." + column, column, its.columns, ""));
      const list = this.known.lists[scope + "." + name];
      if (!list) throw new ElsewhereError(scope + "." + column + " looks at rows that a report does not have");
      const test = this.inText(column, found, list);
      return (row) => row.lists[list].some(test);
    }
    inText(name, found, list) {
      if (found.sign === "null") return (value) => value === null;
      for (const value of found.values) if (typeof value !== "string") throw new FilterError(name + " is a text, in single quotes, not " + value);
      const known = list === "signals" ? this.known.kinds : null;
      if (known && ["=", "in"].includes(found.sign)) for (const value of found.values) if (!known.includes(value)) {
        const near = nearest(value, known);
        throw new FilterError(name + " is never '" + value + "'" + (near ? "; do you mean " + near + "?" : ""));
      }
      return comparison(found.sign, found.values);
    }
    inColumn(column, type, found) {
      if (found.sign === "null") return (row) => row.value(column) === null;
      const values = found.values.map((value) => this.typed(column, type, value, found.sign));
      const test = comparison(found.sign, values);
      const read = type === "date" || type === "datetime" ? (v) => Date.parse(v) : (v) => v;
      return (row) => { const v = row.value(column); return v !== null && test(read(v)); };
    }
    typed(column, type, value, sign) {
      if (["like", "ilike", "~"].includes(sign) && type !== "str") throw new FilterError(column + " is not a text, so it is like nothing");
      const is = typeof value;
      if ((type === "str" && is === "string") || (type === "bool" && is === "boolean") || (["int", "float"].includes(type) && is === "number")) return value;
      if ((type === "date" || type === "datetime") && is === "string") return this.when(column, type, value);
      const words = { str: "a text, in single quotes", bool: "true or false", int: "a number", float: "a number", date: "a day like '2026-11-24'", datetime: "a time like '2026-11-24T10:00:00'" };
      throw new FilterError(column + " is " + words[type] + ", not " + (is === "string" ? "'" + value + "'" : value));
    }
    when(column, type, text) {
      const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
      const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(text) || isDay;
      const at = isDay || type === "datetime" ? Date.parse(text.replace(" ", "T") + (zoned ? "" : "Z")) : NaN;
      if (Number.isNaN(at)) throw new FilterError(column + ": '" + text + "' is not a time; write it like '2026-11-24T10:00:00'");
      return at;
    }
    inMap(map, key, found) {
      const get = (row) => byName(row.maps[map], key);
      if (found.sign === "null") return (row) => get(row) === undefined;
      const isNumber = found.values.every((value) => typeof value === "number");
      const test = comparison(found.sign, isNumber ? found.values : found.values.map(String));
      const read = isNumber ? (v) => (typeof v === "string" && !v.trim() ? NaN : Number(v)) : String;
      return (row) => { const v = get(row); return v !== undefined && !(isNumber && Number.isNaN(read(v))) && test(read(v)); };
    }
    noSuch(said, name, names, after) {
      const near = nearest(name, names);
      return said + ": a filter of a session knows no such name" + (near ? "; do you mean " + near + after + "?" : "");
    }
  }

  report.filter = (text, known) => (text.trim() ? new Parser(text, known).whole() : () => true);
  report.FilterError = FilterError;
  report.ElsewhereError = ElsewhereError;
})();
