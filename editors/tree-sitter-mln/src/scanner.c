// What no regular expression can tell: where an item ends, whether a quote is closed, what a raw line is.
// The rules are those of mlnlang/syntax/lexer.py; tests/editors/test_tree_sitter.py compares the two.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

enum Token {
  RAW_NAME,
  INCLUDE,
  EQUALS,
  TEXT,
  DOUBLE,
  SINGLE,
  ESCAPE,
  CONCAT,
  END,
  STRING_TEXT,
  LINE_START,
  COMMENT_START,
  INCLUDE_START,
  LINE_TEXT,
  RECOVERING,
};

// Blocks whose lines are kept to the letter; a test holds them to the table of keywords.
static const char *const RAW_BLOCKS[] = {
  "afterHostsStart",    "afterHostsStop",    "afterProjectStart", "afterProjectStop",
  "beforeHostsStart",   "beforeHostsStop",   "beforeProjectStart", "beforeProjectStop",
  "shutdown",           "startup",           "user_data",         "xen_extra",
};
enum { RAW_BLOCK_COUNT = sizeof RAW_BLOCKS / sizeof *RAW_BLOCKS, LONGEST_NAME = 32 };

// Names of hashes of crypt(3) that are no variables although they start with a letter.
static const char *const HASHES[] = {"y", "gy", "md5", "sha1", "apr1", "argon2i", "argon2d", "argon2id", "bcrypt", "scrypt"};
enum { HASH_COUNT = sizeof HASHES / sizeof *HASHES };

typedef struct {
  uint32_t depth;     // braces that are open in a raw block
  uint32_t pending;   // length of the raw line that was announced, in characters
  bool after_escape;  // the last piece ended in an escaped separator, behind which `#` starts a comment
} State;

typedef struct {
  State state;
  int32_t *line;  // a raw line while it is measured
  uint32_t length, room;
} Scanner;

static inline void advance(TSLexer *lexer) { lexer->advance(lexer, false); }
static inline void skip(TSLexer *lexer) { lexer->advance(lexer, true); }
static inline void mark(TSLexer *lexer) { lexer->mark_end(lexer); }

static inline bool found(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

static bool is_space(int32_t c) {
  return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_separator(int32_t c) { return c == ';' || c == '{' || c == '}'; }
static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool is_letter(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool ends_word(TSLexer *lexer) {
  return lexer->eof(lexer) || is_space(lexer->lookahead) || is_separator(lexer->lookahead);
}

static bool is_one_of(const char *name, const char *const *names, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    if (strcmp(name, names[i]) == 0) return true;
  }
  return false;
}

// Reads letters and digits into `name`, as many as fit; more make it no name at all.
static void read_name(TSLexer *lexer, char name[LONGEST_NAME]) {
  unsigned length = 0;
  while (is_letter(lexer->lookahead) || is_digit(lexer->lookahead)) {
    if (length < LONGEST_NAME - 1) name[length] = (char)lexer->lookahead;
    length++;
    advance(lexer);
  }
  name[length < LONGEST_NAME ? length : 0] = 0;
}

static bool follows(TSLexer *lexer, const char *text) {
  for (; *text; text++) {
    if (lexer->lookahead != (unsigned char)*text) return false;
    advance(lexer);
  }
  return true;
}

// ---------------------------------------------------------------- words
enum Dollar { VARIABLE, HASH, PLAIN };

// What a `$` starts. Stands behind what was looked at.
static enum Dollar dollar(TSLexer *lexer, bool hash_possible) {
  char name[LONGEST_NAME];
  advance(lexer);
  if (lexer->lookahead == '[') {
    advance(lexer);
    if (!is_letter(lexer->lookahead)) return PLAIN;
    while (is_letter(lexer->lookahead) || is_digit(lexer->lookahead)) advance(lexer);
    return lexer->lookahead == ']' ? VARIABLE : PLAIN;
  }
  if (is_digit(lexer->lookahead)) {
    advance(lexer);
    if (lexer->lookahead >= 'a' && lexer->lookahead <= 'z') advance(lexer);
    if (!hash_possible || lexer->lookahead != '$') return PLAIN;
    advance(lexer);
    // What was read past the second `$` is part of the hash, unless there is nothing.
    return ends_word(lexer) ? PLAIN : HASH;
  }
  if (!is_letter(lexer->lookahead)) return PLAIN;
  read_name(lexer, name);
  if (!hash_possible || !is_one_of(name, HASHES, HASH_COUNT)) return VARIABLE;
  if (lexer->lookahead != '$' && lexer->lookahead != ',') return VARIABLE;
  advance(lexer);
  if (lexer->lookahead == '$') return VARIABLE;
  while (!ends_word(lexer) && lexer->lookahead != '$') advance(lexer);
  if (lexer->lookahead != '$') return VARIABLE;
  advance(lexer);
  return ends_word(lexer) ? VARIABLE : HASH;
}

// The rest of a run of characters that mean themselves. `last` is the one before, 0 at the start of a word.
static bool scan_text(TSLexer *lexer, bool empty, int32_t last) {
  bool hashed = false;
  while (!ends_word(lexer) && lexer->lookahead != '\\') {
    if (lexer->lookahead == '$' && !hashed) {
      mark(lexer);
      switch (dollar(lexer, last == 0 || last == ':' || last == '=' || last == ',')) {
        case VARIABLE: return !empty && found(lexer, TEXT);
        case HASH: hashed = true; break;
        case PLAIN: break;
      }
      last = '$';
    } else {
      last = lexer->lookahead;
      advance(lexer);
    }
    empty = false;
  }
  mark(lexer);
  return !empty && found(lexer, TEXT);
}

// What a backslash takes the meaning from: a character, or a line end of two.
static void escaped(TSLexer *lexer) {
  const bool carriage = lexer->lookahead == '\r';
  if (!lexer->eof(lexer)) advance(lexer);
  if (carriage && lexer->lookahead == '\n') advance(lexer);
}

// A `"` that starts a word: an opening quote if it is closed on its line, else a character.
static bool scan_double(TSLexer *lexer) {
  advance(lexer);
  mark(lexer);
  while (!lexer->eof(lexer) && lexer->lookahead != '"' && lexer->lookahead != '\n') {
    if (lexer->lookahead == '\\') {
      advance(lexer);
      escaped(lexer);
    } else {
      advance(lexer);
    }
  }
  return found(lexer, lexer->lookahead == '"' ? DOUBLE : TEXT);
}

static bool scan_single(TSLexer *lexer) {
  advance(lexer);
  mark(lexer);
  while (!lexer->eof(lexer) && lexer->lookahead != '\'' && lexer->lookahead != '\n') advance(lexer);
  if (lexer->lookahead != '\'') return found(lexer, TEXT);
  advance(lexer);
  mark(lexer);
  return found(lexer, SINGLE);
}

// Behind a backslash that joins no lines.
static bool scan_escaped(Scanner *scanner, TSLexer *lexer) {
  scanner->state.after_escape = is_separator(lexer->lookahead) || is_space(lexer->lookahead);
  escaped(lexer);
  mark(lexer);
  return found(lexer, ESCAPE);
}

// Text between double quotes, up to a variable, an escape or the closing quote.
static bool scan_string(Scanner *scanner, TSLexer *lexer) {
  bool empty = true;
  if (lexer->lookahead == '\\') {
    advance(lexer);
    return scan_escaped(scanner, lexer);
  }
  while (!lexer->eof(lexer) && lexer->lookahead != '"' && lexer->lookahead != '\\') {
    if (lexer->lookahead == '$') {
      mark(lexer);
      if (dollar(lexer, false) == VARIABLE) return !empty && found(lexer, STRING_TEXT);
    } else {
      advance(lexer);
    }
    empty = false;
  }
  mark(lexer);
  return !empty && found(lexer, STRING_TEXT);
}

// ---------------------------------------------------------------- items
enum Backslash { JOIN, BEHIND_BACKSLASH, BEHIND_ESCAPE, NONE };

// What a backslash does: joins lines, or starts an escape, which is only known when it was read in part.
static enum Backslash backslash(TSLexer *lexer, bool skipping) {
  advance(lexer);
  const bool carriage = lexer->lookahead == '\r';
  if (carriage) advance(lexer);
  if (lexer->lookahead != '\n') return carriage ? BEHIND_ESCAPE : BEHIND_BACKSLASH;
  lexer->advance(lexer, skipping);
  return JOIN;
}

// Skips blanks, joined lines, and line ends where an item may not end.
static enum Backslash skip_blanks(TSLexer *lexer, bool also_lines) {
  for (;;) {
    if (lexer->lookahead == '\\') {
      const enum Backslash kind = backslash(lexer, true);
      if (kind != JOIN) return kind;
    } else if (is_space(lexer->lookahead) && (also_lines || lexer->lookahead != '\n')) {
      skip(lexer);
    } else {
      return NONE;
    }
  }
}

// `#include` and blanks, with something behind that can be a path.
static bool scan_include(TSLexer *lexer) {
  if (!follows(lexer, "#include")) return false;
  mark(lexer);
  if (lexer->lookahead == '\n' || !is_space(lexer->lookahead)) return false;
  while (lexer->lookahead != '\n' && (is_space(lexer->lookahead) || lexer->lookahead == '\\')) {
    if (lexer->lookahead != '\\') {
      advance(lexer);
    } else if (backslash(lexer, false) != JOIN) {
      return found(lexer, INCLUDE);
    }
  }
  return !ends_word(lexer) && lexer->lookahead != '#' && found(lexer, INCLUDE);
}

// A word that may name a raw block: it does if nothing but comments stands between it and a `{`.
static bool scan_name(Scanner *scanner, TSLexer *lexer) {
  char name[LONGEST_NAME];
  int32_t last = lexer->lookahead;
  read_name(lexer, name);
  mark(lexer);
  if (!ends_word(lexer) || !is_one_of(name, RAW_BLOCKS, RAW_BLOCK_COUNT)) return scan_text(lexer, false, last);
  for (;;) {
    while (is_space(lexer->lookahead)) advance(lexer);
    if (lexer->lookahead != '#') break;
    if (follows(lexer, "#include") && is_space(lexer->lookahead)) return found(lexer, TEXT);
    while (!lexer->eof(lexer) && lexer->lookahead != '\n') advance(lexer);
  }
  if (lexer->lookahead != '{') return found(lexer, TEXT);
  scanner->state = (State){0};
  return found(lexer, RAW_NAME);
}

// A lone `=` behind a keyword or a variable.
static bool scan_equals(TSLexer *lexer) {
  advance(lexer);
  mark(lexer);
  return ends_word(lexer) ? found(lexer, EQUALS) : scan_text(lexer, false, '=');
}

static bool scan_word(Scanner *scanner, TSLexer *lexer, const bool *valid, bool recovering) {
  bool may_end = valid[END] && !recovering;
  if (valid[CONCAT] && !recovering) {
    bool comment = lexer->lookahead == '#' && scanner->state.after_escape;
    mark(lexer);
    scanner->state.after_escape = false;
    if (lexer->lookahead == '\\') {
      if (backslash(lexer, true) != JOIN) return found(lexer, CONCAT);
    } else if (!ends_word(lexer) && !comment) {
      return found(lexer, CONCAT);
    }
  }
  if (!valid[DOUBLE]) {  // inside a word
    if (lexer->lookahead != '\\') return scan_text(lexer, true, 1);
    advance(lexer);
    return scan_escaped(scanner, lexer);
  }
  if (may_end) mark(lexer);
  switch (skip_blanks(lexer, !may_end)) {
    case BEHIND_BACKSLASH: return scan_escaped(scanner, lexer);
    case BEHIND_ESCAPE: mark(lexer); return found(lexer, ESCAPE);
    default: break;
  }
  int32_t c = lexer->lookahead;
  if (may_end && (ends_word(lexer) || c == '#')) return found(lexer, END);
  if (c == '#') return valid[INCLUDE] && scan_include(lexer);
  if (c == '"') return scan_double(lexer);
  if (c == '\'') return scan_single(lexer);
  if (c == '=' && valid[EQUALS]) return scan_equals(lexer);
  if (valid[RAW_NAME] && is_letter(c)) return scan_name(scanner, lexer);
  return scan_text(lexer, true, 0);
}

// ---------------------------------------------------------------- raw lines
static void put(Scanner *scanner, int32_t c) {
  if (scanner->length == scanner->room) {
    scanner->room = scanner->room ? scanner->room * 2 : 256;
    scanner->line = ts_realloc(scanner->line, scanner->room * sizeof *scanner->line);
  }
  scanner->line[scanner->length++] = c;
}

static void read_line(Scanner *scanner, TSLexer *lexer) {
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') {
    put(scanner, lexer->lookahead);
    advance(lexer);
  }
}

// Takes the next line to the one that was read; false at the end of the file.
static bool read_joined_line(Scanner *scanner, TSLexer *lexer) {
  if (lexer->lookahead != '\n') return false;
  put(scanner, '\n');
  advance(lexer);
  read_line(scanner, lexer);
  return true;
}

// Behind the quote that closes the one at `at`, or just behind that one if none does on its line.
static uint32_t skip_quoted(const Scanner *scanner, uint32_t at, bool escapes) {
  const int32_t quote = scanner->line[at];
  for (uint32_t i = at + 1; i < scanner->length; i++) {
    if (scanner->line[i] == quote) return i + 1;
    if (escapes && scanner->line[i] == '\\') i++;
  }
  return at + 1;
}

static uint32_t skip_escape(Scanner *scanner, TSLexer *lexer, uint32_t at) {
  const bool carriage = at + 2 == scanner->length && scanner->line[at + 1] == '\r';
  if ((at + 1 == scanner->length || carriage) && read_joined_line(scanner, lexer)) return at + 2 + carriage;
  return at + 1 < scanner->length ? at + 2 : at + 1;
}

// Where the raw line ends: at its line's end, or at the brace that closes the block.
static uint32_t measure(Scanner *scanner, TSLexer *lexer, bool adjacent) {
  uint32_t i = 0;
  while (i < scanner->length) {
    switch (scanner->line[i]) {
      case '\\': i = skip_escape(scanner, lexer, i); continue;
      case '"': i = skip_quoted(scanner, i, true); continue;
      case '\'': i = skip_quoted(scanner, i, false); continue;
      case '#':
        if (i ? is_space(scanner->line[i - 1]) : !adjacent) return scanner->length;
        break;
      case '{': scanner->state.depth++; break;
      case '}':
        if (scanner->state.depth == 0) return i;
        scanner->state.depth--;
        break;
    }
    i++;
  }
  return scanner->length;
}

static uint32_t trimmed(const Scanner *scanner, uint32_t length) {
  while (length && is_space(scanner->line[length - 1])) length--;
  return length;
}

static bool line_starts_with(const Scanner *scanner, const char *text) {
  for (uint32_t i = 0; text[i]; i++) {
    if (i >= scanner->length || scanner->line[i] != text[i]) return false;
  }
  return true;
}

// Where a path would start in a line `#include PATH`; 0: it is no include.
static uint32_t path_start(const Scanner *scanner) {
  uint32_t i = 8;
  if (!line_starts_with(scanner, "#include") || i >= scanner->length || !is_space(scanner->line[i])) return 0;
  while (i < scanner->length && is_space(scanner->line[i])) i++;
  if (i >= scanner->length) return 0;
  const int32_t c = scanner->line[i];
  return c == '<' || c == '#' || is_separator(c) ? 0 : i;
}

// Whether the words of a path go on to the end of the line.
static bool is_path(const Scanner *scanner, uint32_t at, uint32_t end) {
  for (uint32_t i = at; i < end;) {
    const int32_t c = scanner->line[i];
    const bool starts = is_space(scanner->line[i - 1]);
    if (is_separator(c) || (c == '#' && starts)) return false;
    if (c == '\\') {
      if (i + 2 < end && scanner->line[i + 2] == '#' && is_separator(scanner->line[i + 1])) return false;
      i += 2;
    } else if (starts && (c == '"' || c == '\'')) {
      i = skip_quoted(scanner, i, c == '"');
    } else {
      i++;
    }
  }
  return true;
}

// Announces a line of a raw block: what it is, and how long.
static bool scan_raw(Scanner *scanner, TSLexer *lexer) {
  bool adjacent = true;
  while (is_space(lexer->lookahead)) {
    skip(lexer);
    adjacent = false;
  }
  if (lexer->eof(lexer) || (lexer->lookahead == '}' && scanner->state.depth == 0)) return false;
  mark(lexer);
  scanner->length = 0;
  read_line(scanner, lexer);
  const uint32_t path = path_start(scanner);
  const bool whole = scanner->line[0] == '#' && !path;
  const uint32_t end = trimmed(scanner, whole ? scanner->length : measure(scanner, lexer, adjacent));
  scanner->state.pending = end;
  if (path && path < end && is_path(scanner, path, end)) return found(lexer, INCLUDE_START);
  if (scanner->line[0] == '#' && !line_starts_with(scanner, "#!")) return found(lexer, COMMENT_START);
  return found(lexer, LINE_START);
}

static bool scan_raw_text(Scanner *scanner, TSLexer *lexer) {
  for (; scanner->state.pending; scanner->state.pending--) advance(lexer);
  mark(lexer);
  return found(lexer, LINE_TEXT);
}

// ---------------------------------------------------------------- what tree-sitter calls
void *tree_sitter_mln_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_mln_external_scanner_destroy(void *payload) {
  ts_free(((Scanner *)payload)->line);
  ts_free(payload);
}

unsigned tree_sitter_mln_external_scanner_serialize(void *payload, char *buffer) {
  memcpy(buffer, &((Scanner *)payload)->state, sizeof(State));
  return sizeof(State);
}

void tree_sitter_mln_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  State *state = &((Scanner *)payload)->state;
  memset(state, 0, sizeof *state);
  if (length == sizeof *state) memcpy(state, buffer, sizeof *state);
}

bool tree_sitter_mln_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  if (valid[RECOVERING]) return scan_word(scanner, lexer, valid, true);
  if (valid[LINE_TEXT]) return scan_raw_text(scanner, lexer);
  if (valid[LINE_START]) return scan_raw(scanner, lexer);
  if (valid[STRING_TEXT]) return scan_string(scanner, lexer);
  if (valid[INCLUDE] && !valid[TEXT]) return scan_include(lexer);
  if (valid[TEXT]) return scan_word(scanner, lexer, valid, false);
  return false;
}
