/* ELF files that tests are made with. */
#ifndef PLATFORM_ELF_H
#define PLATFORM_ELF_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

enum { ELF_PARTS = 2, ELF_BODY = 64 };

struct elf_file {
    Elf32_Ehdr head;
    Elf32_Phdr part[ELF_PARTS];
    uint32_t word[ELF_BODY];
};

/* One part with the words at `base`, which is where it begins. */
static inline void elf_make(struct elf_file *elf, uint32_t base,
                            const uint32_t *word, uint32_t words)
{
    memset(elf, 0, sizeof(*elf));
    memcpy(elf->head.e_ident, ELFMAG, SELFMAG);
    elf->head.e_ident[EI_CLASS] = ELFCLASS32;
    elf->head.e_ident[EI_DATA] = ELFDATA2LSB;
    elf->head.e_type = ET_EXEC;
    elf->head.e_machine = EM_RISCV;
    elf->head.e_entry = base;
    elf->head.e_phoff = offsetof(struct elf_file, part);
    elf->head.e_phentsize = sizeof(Elf32_Phdr);
    elf->head.e_phnum = 1;
    elf->part[0] = (Elf32_Phdr){.p_type = PT_LOAD,
                                .p_offset = offsetof(struct elf_file, word),
                                .p_vaddr = base,
                                .p_paddr = base,
                                .p_filesz = words * 4,
                                .p_memsz = words * 4};
    memcpy(elf->word, word, words * 4);
}

#endif
