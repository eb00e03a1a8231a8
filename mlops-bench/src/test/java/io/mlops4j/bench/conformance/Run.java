package io.mlops4j.bench.conformance;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/** The command, and what it printed. */
record Run(int exit, List<String> lines, String errors) {
  static Run on(Path folder) {
    return of(new ConformanceCommand(), folder);
  }

  static Run of(ConformanceCommand command, Path folder) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(command)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(folder.toString());
    return new Run(exit, out.toString().lines().toList(), err.toString());
  }

  /** The cases of one outcome. */
  List<String> names(String outcome) {
    return lines.stream()
        .map(line -> line.split(" ", 4))
        .filter(words -> words[2].equals(outcome))
        .map(words -> words[1])
        .toList();
  }

  String last() {
    return lines.get(lines.size() - 1);
  }
}
