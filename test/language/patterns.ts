/** Wording that is not the plain English of reference documentation, with what to write instead. */
export interface Pattern {
  readonly pattern: RegExp;
  readonly reason: string;
}

const sentenceStart = "(?:^|(?<=[.;:!?)] ))";

export const patterns: readonly Pattern[] = [
  // Order of words
  { pattern: new RegExp(`${sentenceStart}Of (?!course)`, "g"), reason: "a fragment: begin with the subject" },
  { pattern: new RegExp(`${sentenceStart}(?:That|Those) of\\b`, "g"), reason: "name the thing again" },
  {
    pattern: /(?<!\b(?:each|all|both|one|some|none|most|many|any|two|three|either|neither) )\bof (?:which|whom)\b/g,
    reason: "an inverted relative clause: make two sentences, or 'whose' or 'including'",
  },
  {
    pattern: /\bthat there (?:is|are)\b(?= ?(?:[.,;:)]|for\b|here\b|not\b|$))/g,
    reason: "say 'all …', or 'the existing …'",
  },
  {
    pattern: /\b(?:is|are|be|was|were) there(?=[.,;:)]|$)/g,
    reason: "say 'exists', 'is available', 'has arrived', 'is present'",
  },
  {
    pattern: new RegExp(
      `${sentenceStart}(?:Nor|Never|Only (?:then|so|thus|there|here)) (?:do|does|is|are|can|has|have|was|were)\\b`,
      "g",
    ),
    reason: "inverted: subject first",
  },
  {
    pattern:
      /\b(?:[Oo]n|[Ff]or|[Ii]n|[Ww]ith|[Bb]y|[Aa]t|[Aa]fter|[Oo]f|[Ww]ithin) so (?!many\b|few\b|much\b)[a-z]+ an? [a-z]+/g,
    reason: "say 'such a short …'",
  },
  { pattern: /\b(?:is|are|was|were) to be\b/g, reason: "say 'must be', 'should be' or the present tense" },
  // Words that need a number or a name
  { pattern: /\bso (?:many|much|few)\b/gi, reason: "say 'this number of', 'N', 'the given number of'" },
  { pattern: /\b(?:goes|go|going|went|gone) on\b/gi, reason: "say 'continue' or 'resume'" },
  { pattern: /\b(?:stands?|stood|standing)\b(?!-in| for\b| out\b)/gi, reason: "say 'is', or name the place" },
  {
    pattern: /\b(?:lies?|lying|lay)\b(?! between| out\b| on (?:a|the) (?:line|plane|sphere|circle))/g,
    reason: "say 'is', 'are', 'is stored in'",
  },
  { pattern: /\b(?:brings?|brought|bringing)\b/gi, reason: "say 'adds', 'improves by', 'contains', 'causes'" },
  { pattern: /\bjudg(?:e[sd]?|ing|e?ments?)\b/gi, reason: "say 'evaluate' or 'compare'" },
  { pattern: /\bunfold(?:s|ed|ing)?\b/gi, reason: "say 'decompress' (for windows of images: 'im2col')" },
  { pattern: /\b(?:once more|anew)\b/gi, reason: "say 'again' or 'from the start'" },
  {
    pattern: /\b(?:kin|rivals?|strays?|breathes?|blame[sd]?|blaming)\b/gi,
    reason: "a metaphor: use the field's term ('baseline', 'unexpected', 'yields', 'cause')",
  },
  {
    pattern: /\bways? (?:out|back|in)\b(?! (?:which|what|that))/gi,
    reason: "say 'what to do', 'inverse', 'backward pass'",
  },
  { pattern: /\bingredients?\b(?!\.bench)/gi, reason: "say 'part of the recipe', 'setting', 'ablation'" },
  { pattern: /\bby heart\b/gi, reason: "say 'memorizes' or 'overfits'" },
  { pattern: /\b(?:hears?|heard) of\b|\bbe heard\b/gi, reason: "a metaphor: say what is sent or received" },
  { pattern: /(?<!--target )\bhealthy\b(?!["`'])/gi, reason: "a metaphor: say 'with finite values', 'normal'" },
  { pattern: /\bhands? on\b(?!-)|\bhands? out\b/gi, reason: "say 'passes' or 'returns'" },
  { pattern: /\bspares?\b/gi, reason: "say 'avoids'" },
  { pattern: /\bin the manner of\b/gi, reason: "say 'like'" },
  { pattern: /\bat the speed of the machine\b/gi, reason: "give the figure or its place" },
  {
    pattern:
      /\b(?:whence|lest|ere|upon|wherein|whereof|thereof|thereby|henceforth|likewise|albeit|amid|ought|shall)\b/gi,
    reason: "an old word: say 'from where', 'so that … not', 'also', 'must'",
  },
  {
    pattern:
      /\b(?:in order to|prior to|utili[sz]e[sd]?|leverages?|moreover|furthermore|needless to say|obviously|of course)\b/gi,
    reason: "longer than it needs to be: 'to', 'before', 'use', or leave it out",
  },
  {
    pattern: /\b(?:all|everything|anything|none|parts) but\b(?! (?:not|also|with|only|for|it|they)\b)/gi,
    reason: "say 'except'",
  },
  { pattern: /\balike\b/gi, reason: "say 'equally', 'in the same way', 'both … and …'" },
  // Who does what
  {
    pattern: /\b(?:nobody|no one|anyone|whoever|anybody|somebody|someone|everyone|everybody|strangers?)\b/gi,
    reason: "name the program, the user or the value: people are no subject of technical facts",
  },
  { pattern: /\b(?:ours(?!\.ts)|our own|we|us)\b/gi, reason: "say 'Handgrad', or 'you' for the reader" },
  {
    pattern: /\b(?:wants?|likes|dislikes|hopes|forgets|wishe?s?)\b(?<!you want)/gi,
    reason: "a person's verb: say 'needs', 'expects', 'resets'",
  },
  { pattern: /\bwho knows\b|\bpeople (?:write|print|change)\b/gi, reason: "say 'if you know', 'you', 'usual'" },
  {
    pattern: /\b(?:can|cannot|could) (?:say|tell)\b/gi,
    reason: "say 'cannot represent', 'cannot distinguish', 'does not show'",
  },
  { pattern: /\btells? (?:(?!you\b)[^ .;]+ ){1,5}(?:from|apart)\b/gi, reason: "say 'distinguish'" },
  { pattern: /\bsee(?:s|n)? to it\b/gi, reason: "say 'ensures'" },
  {
    pattern: /\bas far as (?:it|they|numbers|its|one|a)\b/gi,
    reason: "name the condition: 'if', 'where', 'of the known …'",
  },
  {
    pattern: /\bhow far\b(?! (?:from|apart|away|below|above))/gi,
    reason: "say 'how well', 'to what degree' or name the quantity",
  },
  { pattern: /\bno part in\b|\bc[ao]me of (?:it|a|the)\b/gi, reason: "say 'is not used for', 'the result of'" },
  { pattern: /\btakes? of (?:it|the|θ)/gi, reason: "say 'reads', 'uses', 'subtracts from'" },
  { pattern: /\bfor good\b/gi, reason: "say 'permanently'" },
  // Words of the field
  { pattern: /(?<!\bdashes )\b(?:and|are|as|with|of|no|or) gaps?\b/gi, reason: "say 'missing values'" },
  {
    pattern: /\b(?:share|number) of right\b|\bright (?:answers?|labels?|predictions?)\b/gi,
    reason: "say 'accuracy', 'correct'",
  },
  { pattern: /\bcontestants?\b/gi, reason: "say 'library' or 'implementation'" },
  {
    pattern: /\bmade again\b|\bmakes? (?:(?:the|that|this|it|them|same|every) ){1,3}(?:\w+ )?again\b/gi,
    reason: "say 'repeats', 'recreates'",
  },
  { pattern: /\bmeets?\b|\bmet\b/gi, reason: "say 'encounters', 'is multiplied by', 'reaches'" },
  {
    pattern:
      /\bbeside (?:the (?:loss|penalty|defaults?|linear)|PyTorch|NumPy|pandas|scikit-learn|Handgrad|a linear|\d)/gi,
    reason: "say 'compared with', 'in addition to'",
  },
  { pattern: /\bdoes? nothing twice\b|\bin turns\b/gi, reason: "say 'skips what has finished', 'alternately'" },
];

/** Passages that are right although a pattern matches: the words around the match, exactly, with the reason. */
export const exceptions: readonly { readonly text: string; readonly reason: string }[] = [
  { text: "ours ~ Binomial(ours + theirs, ½)", reason: "names of the function's arguments" },
];
