/*
 * What the instructions do that the loop of sth_hart_run.c does itself, each
 * with LENGTH bytes; included once for either length.
 *
 * `op` is the instruction, and moves to the next.
 */
#define PASTE_(name, length) name##_##length
#define PASTE(name, length) PASTE_(name, length)
#define CASE(name) PASTE(name, LENGTH)

#define A (x[op->rs1])
#define B (x[op->rs2])
#define IMM ((uint32_t)op->imm)
#define SIGNED(value) ((int32_t)(value))

/* The instruction is over; the next one begins. */
#define NEXT(cost)                                                             \
    do {                                                                       \
        left -= (cost);                                                        \
        retired++;                                                             \
        op += LENGTH / 2;                                                      \
        if (left <= 0)                                                         \
            goto leave;                                                        \
        DISPATCH();                                                            \
    } while (0)

#define COMPUTE(name, value)                                                   \
    CASE(name) : x[op->rd] = (uint32_t)(value);                                \
    NEXT(STH_HART_COST_##name)

#define BRANCH_IF(name, condition)                                             \
    CASE(name) : if (condition) goto near;                                     \
    NEXT(STH_HART_COST_##name);                                                \
    CASE(name##_FAR) : if (condition)                                          \
    {                                                                          \
        target = IMM;                                                          \
        left -= STH_HART_CYCLES_TAKEN;                                         \
        goto far;                                                              \
    }                                                                          \
    NEXT(STH_HART_COST_##name)

#define LOAD_AS(name, type)                                                    \
    CASE(name) :                                                               \
    {                                                                          \
        type value;                                                            \
        addr = A + IMM;                                                        \
        way = &hart->read[sth_hart_way_index(addr)];                           \
        if ((addr & (PAGE_MASK | (sizeof(type) - 1))) != way->tag)             \
            goto slow;                                                         \
        if (way->wait && !sth_hart_line_is_data(hart, addr))                   \
            goto slow;                                                         \
        memcpy(&value, (const void *)(way->host + addr), sizeof(value));       \
        x[op->rd] = (uint32_t)value;                                           \
        NEXT(STH_HART_COST_##name);                                            \
    }

#define STORE_AS(name, type)                                                   \
    CASE(name) :                                                               \
    {                                                                          \
        const type value = (type)B;                                            \
        addr = A + IMM;                                                        \
        way = &hart->write[sth_hart_way_index(addr)];                          \
        if ((addr & (PAGE_MASK | (sizeof(type) - 1))) != way->tag)             \
            goto slow;                                                         \
        memcpy((void *)(way->host + addr), &value, sizeof(value));             \
        NEXT(STH_HART_COST_##name + (int64_t)way->wait);                       \
    }

#define DIVIDE(name, by_zero, value)                                           \
    CASE(name) : if (B == 0)                                                   \
    {                                                                          \
        x[op->rd] = (by_zero);                                                 \
        NEXT(STH_HART_CYCLES_DIV_ZERO);                                        \
    }                                                                          \
    x[op->rd] = (value);                                                       \
    NEXT(STH_HART_COST_##name)

/* It takes products for pointers. */
/* clang-format off */
COMPUTE(LUI, IMM);
COMPUTE(AUIPC, IMM);
COMPUTE(ADDI, A + IMM);
COMPUTE(SLTI, SIGNED(A) < op->imm);
COMPUTE(SLTIU, A < IMM);
COMPUTE(XORI, A ^ IMM);
COMPUTE(ORI, A | IMM);
COMPUTE(ANDI, A & IMM);
COMPUTE(SLLI, A << (IMM & 31));
COMPUTE(SRLI, A >> (IMM & 31));
COMPUTE(SRAI, SIGNED(A) >> (IMM & 31));
COMPUTE(ADD, A + B);
COMPUTE(SUB, A - B);
COMPUTE(SLL, A << (B & 31));
COMPUTE(SLT, SIGNED(A) < SIGNED(B));
COMPUTE(SLTU, A < B);
COMPUTE(XOR, A ^ B);
COMPUTE(SRL, A >> (B & 31));
COMPUTE(SRA, SIGNED(A) >> (B & 31));
COMPUTE(OR, A | B);
COMPUTE(AND, A & B);
COMPUTE(MUL, A * B);
COMPUTE(MULH, (int64_t)SIGNED(A) * SIGNED(B) >> 32);
COMPUTE(MULHSU, (int64_t)SIGNED(A) * (int64_t)B >> 32);
COMPUTE(MULHU, (uint64_t)A * B >> 32);
/* clang-format on */
DIVIDE(DIV, UINT32_MAX, quotient(A, B));
DIVIDE(DIVU, UINT32_MAX, A / B);
DIVIDE(REM, A, A - quotient(A, B) * B);
DIVIDE(REMU, A, A % B);
BRANCH_IF(BEQ, A == B);
BRANCH_IF(BNE, A != B);
BRANCH_IF(BLT, SIGNED(A) < SIGNED(B));
BRANCH_IF(BGE, SIGNED(A) >= SIGNED(B));
BRANCH_IF(BLTU, A < B);
BRANCH_IF(BGEU, A >= B);
LOAD_AS(LB, int8_t)
LOAD_AS(LH, int16_t)
LOAD_AS(LW, int32_t)
LOAD_AS(LBU, uint8_t)
LOAD_AS(LHU, uint16_t)
STORE_AS(SB, uint8_t)
STORE_AS(SH, uint16_t)
STORE_AS(SW, uint32_t)
COMPUTE(FENCE, 0); /* its destination is nowhere */

CASE(JAL) : x[op->rd] = PC() + LENGTH;
op += op->imm;
left -= STH_HART_COST_JAL;
goto jumped;

CASE(JAL_FAR) : x[op->rd] = PC() + LENGTH;
target = IMM;
left -= STH_HART_COST_JAL;
goto far;

CASE(JALR) : target = (A + IMM) & ~1u;
x[op->rd] = PC() + LENGTH;
left -= STH_HART_COST_JALR;
goto far;

#undef PASTE_
#undef PASTE
#undef CASE
#undef A
#undef B
#undef IMM
#undef SIGNED
#undef NEXT
#undef COMPUTE
#undef BRANCH_IF
#undef LOAD_AS
#undef STORE_AS
#undef DIVIDE
