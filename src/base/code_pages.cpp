#include "base/code_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace slipway::base {
namespace {

// What may be written to holds more than the file does, and must stay.
bool is_as_in_the_file(const ElfW(Phdr) & segment) {
  return segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0;
}

void release(const dl_phdr_info& program, const ElfW(Phdr) & segment) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t start = program.dlpi_addr + segment.p_vaddr;
  const std::uintptr_t first = (start + page - 1) / page * page;
  const std::uintptr_t end = (start + segment.p_memsz) / page * page;
  if (first < end) ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

// Called for the program and for each of its libraries. What another process uses of a library stays in
// memory for that one.
int release_all(dl_phdr_info* program, std::size_t, void*) {
  for (int index = 0; index < program->dlpi_phnum; ++index) {
    if (is_as_in_the_file(program->dlpi_phdr[index])) release(*program, program->dlpi_phdr[index]);
  }
  return 0;
}

}  // namespace

void release_code_pages() {
  ::dl_iterate_phdr(release_all, nullptr);
}

}  // namespace slipway::base
