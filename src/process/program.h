// What the kernel wants to know before it starts a Command: which file, with which environment. Everything
// that can be said about a command that cannot be started is said here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "process/process.h"

namespace slipway::process {

// Our environment as the command wants it changed: "NAME=value".
std::vector<std::string> environment_of(const Command& command);

// Refuses what cannot be passed on: no argv, NUL bytes, names of variables with '=', a missing directory.
base::Result<> check(const Command& command);

// The file to execute. A name without a slash is looked up in the PATH of `environment`, the child's own; a
// relative path is meant from the command's directory.
base::Result<std::string> find_program(const Command& command, const std::vector<std::string>& environment);

// The sentence for a program that was found and yet not started.
base::Error cannot_start(const Command& command, const std::string& program, int error);

// The command as one line for people: printable, without credentials.
std::string title_of(const Command& command);

}  // namespace slipway::process
