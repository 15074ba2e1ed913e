/* The tables of spec/ expanded into arrays. */
#include "sth_specgen.h"

#include <stddef.h>

const struct sth_row_param sth_rows_params[] = {
#define PARAM(c, v, def, min, max, rule, doc)                                  \
    {#c, #v, def, min, max, STH_RULE_##rule, doc},
#include "params.def"
#undef PARAM
    {NULL, NULL, 0, 0, 0, 0, NULL}};

const struct sth_row_reg sth_rows_regs[] = {
#define REG(name, offset, access, reset, doc)                                  \
    {#name, offset, #access, reset, doc},
#define FIELD(reg, name, lsb, width, doc)
#include "regs.def"
#undef REG
#undef FIELD
    {NULL, 0, NULL, 0, NULL}};

const struct sth_row_field sth_rows_reg_fields[] = {
#define REG(name, offset, access, reset, doc)
#define FIELD(reg, name, lsb, width, doc) {#reg, #name, 0, lsb, width, doc},
#include "regs.def"
#undef REG
#undef FIELD
    {NULL, NULL, 0, 0, 0, NULL}};

const struct sth_row_cmd sth_rows_cmds[] = {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc) {#name, opcode, #engine, doc},
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    {NULL, 0, NULL, NULL}};

const struct sth_row_field sth_rows_cmd_fields[] = {
#define ENGINE(name, number, doc)
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)                               \
    {#cmd, #name, word, lsb, width, doc},
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    {NULL, NULL, 0, 0, 0, NULL}};

const struct sth_row_value sth_rows_engines[] = {
#define ENGINE(name, number, doc) {"ENGINE", #name, number, doc},
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
    {NULL, NULL, 0, NULL}};

const struct sth_row_value sth_rows_faults[] = {
#define FAULT(name, code, doc) {"FAULT", #name, code, doc},
#include "faults.def"
#undef FAULT
    {NULL, NULL, 0, NULL}};

enum {
#define COUNTER(name, doc) COUNTER_##name,
#include "counters.def"
#undef COUNTER
};

const struct sth_row_value sth_rows_counters[] = {
#define COUNTER(name, doc) {"CNT", #name, COUNTER_##name, doc},
#include "counters.def"
#undef COUNTER
    {NULL, NULL, 0, NULL}};

const struct sth_row_value sth_rows_latencies[] = {
#define LATENCY(name, cycles, doc) {"LAT", #name, cycles, doc},
#include "latency.def"
#undef LATENCY
    {NULL, NULL, 0, NULL}};

const struct sth_row_value sth_rows_depths[] = {
#define DEPTH(name, count, doc) {"DEPTH", #name, count, doc},
#include "depth.def"
#undef DEPTH
    {NULL, NULL, 0, NULL}};

const struct sth_row_value sth_rows_axi[] = {
#define AXI(name, value, doc) {"AXI", #name, value, doc},
#include "axi.def"
#undef AXI
    {NULL, NULL, 0, NULL}};

const struct sth_row_value sth_rows_data_types[] = {
#define DATA_TYPE(name, value, doc) {"DATA_TYPE", #name, value, doc},
#include "data_types.def"
#undef DATA_TYPE
    {NULL, NULL, 0, NULL}};

const struct sth_row_value sth_rows_enums[] = {
#define ENUM(table, name, value, doc) {#table, #name, value, doc},
#include "enums.def"
#undef ENUM
    {NULL, NULL, 0, NULL}};

#define REGION(name, base, bytes, doc)
#define REGISTER(region, name, offset, doc)
#define VALUE(name, value, doc)

const struct sth_row_region sth_rows_regions[] = {
#undef REGION
#define REGION(name, base, bytes, doc) {#name, base, bytes, doc},
#include "platform.def"
#undef REGION
#define REGION(name, base, bytes, doc)
    {NULL, 0, 0, NULL}};

const struct sth_row_value sth_rows_platform_regs[] = {
#undef REGISTER
#define REGISTER(region, name, offset, doc) {#region, #name, offset, doc},
#include "platform.def"
#undef REGISTER
#define REGISTER(region, name, offset, doc)
    {NULL, NULL, 0, NULL}};

const struct sth_row_value sth_rows_platform_values[] = {
#undef VALUE
#define VALUE(name, value, doc) {"PLATFORM", #name, value, doc},
#include "platform.def"
    {NULL, NULL, 0, NULL}};
