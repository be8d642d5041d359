#include "peer.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "settings.h"

namespace leverkin::bench {
namespace {

using Pipe = std::array<int, 2>;  // read end, write end

Pipe make_pipe() {
  Pipe ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(std::string("peer: pipe: ") + std::strerror(errno));
  return ends;
}

pid_t start(const std::vector<std::string>& words, const Pipe& in, const Pipe& out) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  pid_t process = -1;
  const int code = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) throw std::runtime_error("peer: cannot start " + words[0] + ": " + std::strerror(code));
  return process;
}

std::string line_of(const std::string& verb, const std::vector<std::string>& words) {
  std::string line = verb;
  for (const std::string& word : words) line += '\t' + word;
  return line + '\n';
}

}  // namespace

Peer::Peer() {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that died is an exception, not our end
  const Pipe in = make_pipe(), out = make_pipe();
  process_ = start({settings().python, LEVERKIN_BENCH_SOURCE "/peers.py", "--serve"}, in, out);
  close(in[0]);
  close(out[1]);
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
}

Peer::~Peer() {
  std::fclose(to_);  // the end of its input is the end of the peer
  std::fclose(from_);
  waitpid(process_, nullptr, 0);
}

std::string Peer::ask(const std::string& line) {
  std::fputs(line.c_str(), to_);
  std::fflush(to_);
  std::array<char, 1000> answer{};
  if (std::fgets(answer.data(), static_cast<int>(answer.size()), from_) == nullptr)
    throw std::runtime_error("peer: ended without an answer to " + line);
  std::string text(answer.data());
  if (text.starts_with("error")) throw std::runtime_error("peer: " + text);
  return text;
}

double Peer::seconds(const std::vector<std::string>& job) { return std::stod(ask(line_of("time", job))); }

std::vector<double> Peer::result(const std::vector<std::string>& job) {
  const std::filesystem::path file = settings().folder / "peer-result.f64";
  std::vector<std::string> words{file.string()};
  words.insert(words.end(), job.begin(), job.end());
  ask(line_of("save", words));
  std::vector<double> values(file_size(file) / sizeof(double));
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(double)));
  std::filesystem::remove(file);
  return values;
}

Peer& peer() {
  static Peer process;
  return process;
}

std::filesystem::path write_doubles(const std::string& name, std::span<const double> values) {
  std::filesystem::path path = settings().folder / (name + ".f64");
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  return path;
}

std::string differences(std::span<const double> ours, std::span<const double> theirs, double tolerance) {
  if (ours.size() != theirs.size())
    return std::to_string(ours.size()) + " values against " + std::to_string(theirs.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double apart = std::abs(ours[i] - theirs[i]);
    if (!(apart <= worst)) worst = apart;  // also where one is not a number
  }
  if (worst <= tolerance) return {};
  std::array<char, 100> text{};
  std::snprintf(text.data(), text.size(), "up to %.3g apart; allowed: %.3g", worst, tolerance);
  return text.data();
}

}  // namespace leverkin::bench
