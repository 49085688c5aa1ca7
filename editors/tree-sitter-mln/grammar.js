// The syntax of MLN projects and of mln.conf, as docs/guide and mlnlang/syntax/lexer.py have it: a file is a sequence of
// items and blocks; what a keyword means is the language server's business. Where an item ends, what a quote or a
// backslash does and what a line of a raw block is, src/scanner.c decides.

module.exports = grammar({
  name: 'mln',

  externals: $ => [
    $._raw_name, // the name of a raw block, if a `{` follows
    $._include, // `#include` with a path behind it
    $._equals, // a `=` that stands alone
    $._text,
    $._double, // a `"` that is closed
    $.raw_string,
    $.escape,
    $._concat, // nothing: the word goes on
    $._end, // nothing: the item is over
    $._string_text,
    $._line_start, // nothing: a line of a raw block, a comment in it, an include in it
    $._comment_start,
    $._include_start,
    $._line_text,
    $._recovering, // never valid but while the parser looks for its way
  ],

  extras: $ => [/[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/, /\\\r?\n/, $.comment],

  rules: {
    source_file: $ => repeat($._entry),

    _entry: $ => choice($.include, $.definition, $.item, $.block, $.raw_block, ';'),

    include: $ => seq(alias($._include, '#include'), field('path', alias($._words, $.path)), $._end),

    definition: $ => prec(1, seq(
      field('name', $.variable),
      alias($._equals, '='),
      optional(field('value', $._words)),
      $._end,
    )),

    item: $ => seq(
      field('keyword', $.word),
      optional(alias($._equals, '=')),
      optional(field('value', $._words)),
      $._end,
    ),

    block: $ => seq(
      field('keyword', $.word),
      optional(alias($._equals, '=')),
      optional(field('name', $._words)),
      $._end,
      field('body', $.body),
    ),

    body: $ => seq('{', repeat($._entry), '}'),

    raw_block: $ => seq(field('keyword', alias($._raw_name, $.word)), field('body', $.raw_body)),

    raw_body: $ => seq('{', optional($.script), '}'),

    script: $ => repeat1(choice(
      $.line,
      alias($._raw_comment, $.comment),
      alias($._raw_include, $.include),
    )),

    line: $ => seq($._line_start, $._line_text),

    _raw_comment: $ => seq($._comment_start, $._line_text),

    _raw_include: $ => seq(
      $._include_start,
      alias($._include, '#include'),
      field('path', alias($._words, $.path)),
      $._end,
    ),

    _words: $ => repeat1($.word),

    word: $ => seq(choice($.string, $.raw_string, $._piece), repeat(seq($._concat, $._piece))),

    _piece: $ => choice($._text, $.variable, $.escape),

    string: $ => seq(
      alias($._double, '"'),
      repeat(choice($._string_text, $.variable, $.escape)),
      '"',
    ),

    variable: _ => /\$([A-Za-z_][A-Za-z0-9_]*|\[[A-Za-z_][A-Za-z0-9_]*\])/,

    comment: _ => /#[^\r\n]*/,
  },
});
