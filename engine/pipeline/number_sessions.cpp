#include "pipeline/number_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "io/session_name.h"
#include "leverkin/error.h"
#include "support/instant.h"

namespace leverkin {
namespace {

struct Candidate {
  PlannedSession planned;
  std::optional<Instant> start;
  std::int64_t attribute = 0, name = 0;  // what each source says; 0: nothing

  [[nodiscard]] bool is_final() const { return planned.identity.number_from == NumberFrom::manifest; }
  [[nodiscard]] std::int64_t own() const {
    if (is_final()) return planned.identity.session;
    return attribute > 0 ? attribute : name;
  }
  [[nodiscard]] std::string file() const { return planned.source.path.string(); }
};

Candidate candidate_of(PlannedSession planned) {
  const SessionIdentity& identity = planned.identity;
  const std::int64_t in_name = session_number_in(planned.source.path.stem().string(), identity.subject);
  Candidate one{.start = instant_of(identity.start_time), .name = in_name};
  if (identity.number_from == NumberFrom::attribute) one.attribute = identity.session;
  if (identity.number_from == NumberFrom::name) one.name = identity.session;
  one.planned = std::move(planned);
  return one;
}

using Words = std::optional<std::string>;

// The sessions of one animal.
class Animal {
 public:
  explicit Animal(std::vector<PlannedSession> sessions) {
    for (PlannedSession& one : sessions) sessions_.push_back(candidate_of(std::move(one)));
  }

  StudyPlan number() {
    drop_copies();
    if (!file_numbers_serve()) number_otherwise();
    for (Candidate& one : sessions_) {
      tell_fault(one);
      plan_.sessions.push_back(std::move(one.planned));
    }
    return std::move(plan_);
  }

 private:
  [[nodiscard]] const std::string& subject() const { return sessions_.front().planned.identity.subject; }

  // A number that the manifest gives twice; and the same number begun at the same instant (or nobody says
  // when): one recording under two names, or two that a person has to tell apart.
  void drop_copies() {
    std::stable_partition(sessions_.begin(), sessions_.end(),
                          [](const Candidate& one) { return one.is_final(); });
    std::map<std::tuple<bool, std::int64_t, std::optional<Instant>>, std::string> seen;
    drop_where([&](const Candidate& one) -> Words {
      if (one.own() == 0 && !one.start) return std::nullopt;
      const auto start = one.is_final() ? std::nullopt : one.start;
      const auto [first, is_new] = seen.try_emplace({one.is_final(), one.own(), start}, one.file());
      if (is_new) return std::nullopt;
      return second_time(one, first->second);
    });
  }

  [[nodiscard]] static std::string second_time(const Candidate& one, const std::string& first) {
    const SessionIdentity& identity = one.planned.identity;
    const std::string number = one.own() > 0 ? fmt::format(", session {}", one.own()) : "";
    const std::string start = identity.start_time.empty() ? "" : ", begun at " + identity.start_time;
    return fmt::format("subject {}{}{}, a second time (the first is {})", identity.subject, number, start,
                       first);
  }

  // Those of the first source that has one for every session, where the manifest has none; false where they
  // cannot be.
  bool file_numbers_serve() {
    if (take(&Candidate::attribute, NumberFrom::attribute) || take(&Candidate::name, NumberFrom::name)) {
      const Words why = contradiction();
      why_ = why.value_or("");
      return !why;
    }
    why_ = missing().value_or("");
    return false;
  }

  // Are there numbers for all?
  bool take(std::int64_t Candidate::*source, NumberFrom from) {
    for (Candidate& one : sessions_) {
      if (one.is_final()) continue;
      one.planned.identity.session = one.*source;
      one.planned.identity.number_from = from;
    }
    return !missing();
  }

  [[nodiscard]] bool some_are_final() const { return std::ranges::any_of(sessions_, &Candidate::is_final); }

  [[nodiscard]] Words missing() const {
    for (const Candidate& one : sessions_)
      if (one.planned.identity.session == 0) return one.file() + " has no session number";
    return std::nullopt;
  }

  // Two sessions of one number, or in another order than their numbers. What the manifest says of two is not
  // doubted.
  [[nodiscard]] Words contradiction() const {
    for (const Candidate& a : sessions_)
      for (const Candidate& b : sessions_) {
        const std::int64_t number_a = a.planned.identity.session, number_b = b.planned.identity.session;
        if (&a == &b || (a.is_final() && b.is_final())) continue;
        if (number_a == number_b)
          return fmt::format("{} and {} both say session {}", a.file(), b.file(), number_a);
        if (number_a < number_b && a.start && b.start && *a.start > *b.start)
          return fmt::format("session {} ({}) began after session {} ({})", number_a, a.file(), number_b,
                             b.file());
      }
    return std::nullopt;
  }

  void number_otherwise() {
    const bool by_start =
        std::ranges::all_of(sessions_, [](const Candidate& one) { return one.start && !one.is_final(); });
    if (by_start) {
      number_by_start();
      return;
    }
    keep_own_numbers();
    if (const Words why = contradiction()) {
      why_ = *why;
      drop_what_contradicts();
    }
  }

  void number_by_start() {
    std::ranges::sort(sessions_, {},
                      [](const Candidate& one) { return std::tuple(*one.start, one.own(), one.file()); });
    struct {
      std::optional<Instant> start;
      std::int64_t own = 0;
      std::string file;
    } before;
    drop_where([&](const Candidate& one) -> Words {
      if (before.start == one.start && (before.own == 0 || before.own == one.own()))
        return second_time(one, before.file);
      before = {one.start, one.own(), one.file()};
      return std::nullopt;
    });
    if (sessions_.empty()) return;
    std::int64_t number = 0;
    for (Candidate& one : sessions_) {
      one.planned.identity.session = ++number;
      one.planned.identity.number_from = NumberFrom::start_time;
    }
    const std::string how =
        number == 1 ? "one session is number 1"
                    : fmt::format("sessions are numbered 1 to {} in the order of their start times", number);
    plan_.notes.push_back(fmt::format("subject {}: its {}, as {}", subject(), how, why_));
  }

  // Without a start time for each: a session stands where it says itself, or nowhere.
  void keep_own_numbers() {
    const bool by_manifest = some_are_final();
    std::map<std::int64_t, std::string> taken;
    for (const Candidate& one : sessions_)
      if (one.is_final()) taken.emplace(one.own(), one.file());
    drop_where([&](Candidate& one) -> Words {
      if (one.is_final()) return std::nullopt;
      if (one.own() == 0)
        return by_manifest
                   ? "no session number, and the manifest gives numbers to others of the animal alone"
                   : "no session number, and not all sessions of the animal can be ordered by start time";
      const auto [first, is_new] = taken.try_emplace(one.own(), one.file());
      if (!is_new) return second_time(one, first->second);
      one.planned.identity.session = one.own();
      one.planned.identity.number_from = one.attribute > 0 ? NumberFrom::attribute : NumberFrom::name;
      return std::nullopt;
    });
  }

  void drop_what_contradicts() {
    const bool by_manifest = some_are_final();
    drop_where([&](const Candidate& one) -> Words {
      if (by_manifest ? one.is_final() : one.start.has_value()) return std::nullopt;
      return fmt::format(
          "the numbers of the animal's sessions are not those of their order ({}), and this one {}", why_,
          by_manifest ? "is not numbered in the manifest" : "does not say when it began");
    });
    if (!by_manifest) number_by_start();
  }

  // `reason`: why a session has to go, or nothing.
  template <typename Reason>
  void drop_where(const Reason& reason) {
    std::erase_if(sessions_, [&](Candidate& one) {
      const Words why = reason(one);
      if (why) fail(one, *why);
      return why.has_value();
    });
  }

  void fail(const Candidate& one, const std::string& why) {
    const SessionIdentity& identity = one.planned.identity;
    const BadSession error(
        {one.file(), "", "", identity.fault.empty() ? why : why + "; " + identity.fault,
         "a number for every session of an animal (the column session of a manifest gives one: "
         "docs/troubleshooting.md#session-numbers)"});
    plan_.failed.push_back({one.file(), identity.subject, one.own(), error.what()});
  }

  void tell_fault(const Candidate& one) {
    const SessionIdentity& identity = one.planned.identity;
    if (!identity.fault.empty() && !one.is_final()) plan_.notes.push_back(one.file() + ": " + identity.fault);
  }

  std::vector<Candidate> sessions_;
  StudyPlan plan_;
  std::string why_;  // the files' own numbers are not used
};

}  // namespace

StudyPlan number_sessions(std::vector<PlannedSession> sessions) {
  return sessions.empty() ? StudyPlan{} : Animal(std::move(sessions)).number();
}

}  // namespace leverkin
