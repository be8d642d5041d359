#include "terminal/findings_text.h"

#include "terminal/quantities.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

Style style_of(Severity severity) {
  if (severity == Severity::note) return Style::dim;
  return severity == Severity::error ? Style::red : Style::yellow;
}

}  // namespace

std::string findings_text(std::span<const FindingGroup> groups, const std::string& indent) {
  std::string text;
  for (const FindingGroup& group : groups) {
    const std::string word = std::string(name(group.severity)) + ": ";
    text += indent + styled(standard_output(), style_of(group.severity), word) +
            wrapped(group.text, static_cast<int>(indent.size() + word.size())) + "\n";
  }
  return text;
}

std::string findings_text(std::span<const Finding> findings, const std::string& indent) {
  return findings_text(grouped(findings), indent);
}

Json findings_json(std::span<const Finding> findings) {
  Json list = Json::array();
  for (const Finding& one : findings)
    list.push_back({{"code", one.code},
                    {"severity", name(one.severity)},
                    {"value", one.value},
                    {"start_s", one.start_s},
                    {"stop_s", one.stop_s},
                    {"text", one.text}});
  return list;
}

Json findings_json(std::span<const SessionFinding> findings) {
  Json list = Json::array();
  for (const SessionFinding& one : findings) {
    Json row{{"subject", one.subject}, {"session", one.session}};
    row.update(findings_json({static_cast<const Finding*>(&one), 1}).front());
    list.push_back(std::move(row));
  }
  return list;
}

Json warnings_json(std::span<const Finding> findings) {
  Json list = Json::array();
  for (const Finding& one : findings)
    if (one.severity >= Severity::warning) list.push_back(one.text);
  return list;
}

}  // namespace leverkin::tools
