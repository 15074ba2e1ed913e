/*
 * A library of three cells whose energies can be added up by hand: constant
 * tables but for the inverter's, 2 V.
 */
#ifndef POWER_LIBRARY_H
#define POWER_LIBRARY_H

#define TABLE(kind, value)                                                     \
    kind " (flat) { index_1 (\"0.1, 0.2\"); values (\"" value "\"); }\n"

static const char power_library[] =
    "/* by hand */ library (hand) {\n"
    "time_unit : \"1ns\"; voltage_unit : \"1V\"; leakage_power_unit : "
    "\"1nW\";\n"
    "capacitive_load_unit (1,pf); nom_voltage : 2.0;\n"
    "power_lut_template (square) {\n"
    "  variable_1 : total_output_net_capacitance;\n"
    "  variable_2 : input_transition_time; }\n"
    "cell (INV) { cell_leakage_power : 3;\n"
    "  pin (A) { direction : input; capacitance : 0.01; }\n"
    "  pin (Y) { direction : output; function : \"(!A)\";\n"
    "    timing () { related_pin : \"A\";\n" /* the slew is 0.1 as well */
    TABLE("rise_transition", "0.1, 0.1") TABLE(
        "fall_transition",
        "0.1, 0.1") "    }\n"
                    "    internal_power () { related_pin : \"A\";\n"
                    "      rise_power (square) { index_1 (\"0, 0.1\"); index_2 "
                    "(\"0, 0.2\");\n"
                    "        values (\"0, 2\", \\\n \"4, 6\"); }\n"
                    "      fall_power (square) { index_1 (\"0, 0.1\"); index_2 "
                    "(\"0, 0.2\");\n"
                    "        values (\"0, 0\", \"0, 0\"); } } } }\n"
                    "cell (NAND) { cell_leakage_power : 1;\n"
                    "  pin (A) { direction : input; capacitance : 0.02; }\n"
                    "  pin (B) { direction : input; capacitance : 0.02; }\n"
                    "  pin (Y) { direction : output; function : \"(!(A B))\"; "
                    "} }\n"
                    "cell (FLOP) { cell_leakage_power : 5;\n"
                    "  ff (IQ, IQN) { next_state : \"D\"; clocked_on : "
                    "\"CLK\"; }\n"
                    "  pin (CLK) { direction : input; capacitance : 0.05; "
                    "internal_power () {\n" TABLE("rise_power", "1, 1") TABLE(
                        "fall_power",
                        "3, 3") "    } }\n"
                                "  pin (D) { direction : input; capacitance : "
                                "0.03; internal_power () {\n" TABLE(
                                    "rise_power", "0.5, 0.5")
                                    TABLE(
                                        "fall_power",
                                        "1.5, 1.5") "    } }\n"
                                                    "  pin (Q) { direction : "
                                                    "output; function : "
                                                    "\"IQ\";\n"
                                                    "    internal_power () { "
                                                    "related_pin : "
                                                    "\"CLK\";\n" TABLE(
                                                        "rise_power", "10, 10")
                                                        TABLE(
                                                            "fall_power",
                                                            "20, 20") "    } } "
                                                                      "}\n"
                                                                      "cell "
                                                                      "(HOLD) "
                                                                      "{ latch "
                                                                      "(IQ, "
                                                                      "IQN) { "
                                                                      "enable "
                                                                      ": "
                                                                      "\"G\"; "
                                                                      "data_in "
                                                                      ": "
                                                                      "\"D\"; "
                                                                      "}\n"
                                                                      "  pin "
                                                                      "(G) { "
                                                                      "directio"
                                                                      "n : "
                                                                      "input; "
                                                                      "capacita"
                                                                      "nce : "
                                                                      "0.01; "
                                                                      "}\n"
                                                                      "  pin "
                                                                      "(D) { "
                                                                      "directio"
                                                                      "n : "
                                                                      "input; "
                                                                      "capacita"
                                                                      "nce : "
                                                                      "0.01; "
                                                                      "}\n"
                                                                      "  pin "
                                                                      "(Q) { "
                                                                      "directio"
                                                                      "n : "
                                                                      "output; "
                                                                      "function"
                                                                      " : "
                                                                      "\"IQ\"; "
                                                                      "} }\n"
                                                                      "}\n";

#undef TABLE

#endif
