#include "detect/match.h"

#include <algorithm>
#include <utility>

#include "detect/gitleaks_judgement.h"
#include "detect/judgement.h"

namespace keysift {

Match judged(const Rule& rule, std::string_view bytes, const Pattern::Span& span, Unit unit) {
  Match match;
  match.rule = &rule;
  match.begin = span.group_begin;
  match.end = span.group_end;
  Judgement judgement{false, Confidence::low, "it is too wide"};
  const auto width = span.end - span.begin;
  if (rule.judge == Judge::gitleaks) {
    auto told = judge_as_gitleaks(rule, bytes, span, unit);
    match.begin = span.begin;
    match.end = told.end;
    match.secret = told.secret;
    match.allowing_there = std::move(told.allowing_there);
    if (width <= kMaxMatchWidth) judgement = told.judgement;
  } else {
    match.secret = bytes.substr(match.begin, match.end - match.begin);
    if (width <= std::min(kMaxMatchWidth, rule.pattern->max_width())) judgement = judge(rule, bytes, span);
  }
  match.confidence = judgement.confidence;
  match.kept = judgement.kept;
  match.reason = judgement.reason;
  return match;
}

}  // namespace keysift
