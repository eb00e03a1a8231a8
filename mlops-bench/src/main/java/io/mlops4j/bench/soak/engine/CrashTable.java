package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What kills or fools an engine, through the public API: each must end in a typed exception or the
 * right answer. One that ends the process is counted, and a further process goes on with the next.
 */
public final class CrashTable implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Class<?> main;
  private final List<String> rows;

  public CrashTable() {
    this(CrashTableMain.class, CrashRows.names());
  }

  /** With other rows, that the main method knows. */
  CrashTable(Class<?> main, List<String> rows) {
    this.main = main;
    this.rows = List.copyOf(rows);
  }

  @Override
  public String name() {
    return "soak.crashtable";
  }

  @Override
  public String what() {
    return rows.size() + " misuses that kill or fool ONNX Runtime, rows that ended otherwise";
  }

  /** What is known of the rows so far. */
  private static final class Progress {
    private int ended;
    private int wrong;
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    Progress progress = new Progress();
    int rounds = size.of(200, 20, 3);
    while (progress.ended < rows.size()) {
      List<String> arguments = new ArrayList<>(List.of(Integer.toString(rounds)));
      arguments.addAll(rows.subList(progress.ended, rows.size()));
      Child.End end;
      try (Child child = new Child().flags("-Xmx512m", "-Darrow.memory.debug.allocator=true")) {
        end = child.run(main, arguments, LIMIT, line -> hear(line, progress, say));
      }
      if (progress.ended < rows.size()) {
        progress.wrong++;
        say.accept(rows.get(progress.ended) + " ended the process: " + end);
        progress.ended++;
      } else if (end.exit() != 0) {
        progress.wrong++;
        say.accept("after the last row: " + end);
      }
    }
    return List.of(new Finding(name(), progress.wrong, 0));
  }

  private void hear(String line, Progress progress, Consumer<String> say) {
    if (line.equals("ok")) {
      progress.ended++;
    } else if (line.startsWith("wrong")) {
      say.accept(rows.get(progress.ended) + " " + line);
      progress.wrong++;
      progress.ended++;
    }
  }
}
