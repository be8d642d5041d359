// leverkin/reading_guard.h: how is a process kept from dying of a damaged file?
//
// HDF5 believes a file's metadata: where they are damaged it may crash, or read them for ever, and nothing in
// the same process can stop that. So a program can have every file looked at first by a child process, in
// which all the metadata that a session or a results file needs are read within limits of processor time and
// memory. `leverkin` and the Python package do; a program of your own does once it calls guard_reading().
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace leverkin {

/// From now on a child process looks at each file before this one opens it; a file that the child does not
/// survive is a BadSession ("damaged: reading it did not end"). `command`: a program, with its arguments,
/// that does nothing but call serve_looks(); "leverkin look-first" does. One child is started when the first
/// file is to be read and serves all of them; each file is looked at once, until it changes. A file that
/// another program writes in SWMR mode is looked at once. Empty: no guard.
void guard_reading(std::vector<std::string> command);

/// For a program that reads a file with an HDF5 library of its own: that child looks at everything in it but
/// the numbers. Throws BadSession where it does not survive, and where links or raw values leave the folder
/// of the file. What is no HDF5, or is damaged in a way that HDF5 can tell, is left to that library.
void look_at_everything(const std::filesystem::path& path);

/// The child's side: looks at the files that are asked for on standard input, a socket, until it is closed.
void serve_looks();

/// A recording may consist of several files: links, and the sources of virtual data sets, lead from one to
/// the other. Those outside the folder of the file are refused, so that nobody's recording makes this process
/// read what is not meant for it, unless the user says that they are. Of raw files outside, never.
void allow_outside_files(bool allowed);

}  // namespace leverkin
