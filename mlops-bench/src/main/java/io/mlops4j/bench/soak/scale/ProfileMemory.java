package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Memory of a profile of a Parquet file with a hundred columns: 80 floats, 10 whole numbers, 10
 * texts. The process that profiles has the heap that the guide of readers names.
 */
public final class ProfileMemory implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final int MOST_MEBIBYTES = 1024;
  private static final int BLOCK = 20_000;

  @Override
  public String name() {
    return "scale.profile";
  }

  @Override
  public String what() {
    return "a profile of 10 million rows of 100 columns in Parquet, with a heap of 512 MiB;"
        + " mebibytes that are resident at most";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      say.accept("skipped: only Linux tells what is resident");
      return List.of();
    }
    int rows = size.of(10_000_000, 1_000_000, BLOCK);
    List<Long> told = new ArrayList<>();
    try (Child child = new Child().flags("-Xmx512m")) {
      Path file = child.folder().resolve("rows.parquet");
      write(file, rows / BLOCK);
      say.accept("wrote %d MiB".formatted(Files.size(file) >> 20));
      Child.End end =
          child.run(
              ProfileMemoryMain.class,
              List.of(file.toString()),
              LIMIT,
              line -> List.of(line.split(" ", -1)).forEach(n -> told.add(Long.parseLong(n))));
      if (told.size() != 4 || told.get(0) != rows || told.get(1) != 100) {
        throw new IOException("the process told " + told + " and ended: " + end);
      }
    } catch (SQLException e) {
      throw new IOException(e);
    }
    say.accept(
        String.format(
            Locale.ROOT,
            "%,d rows, %d columns: %,d rows/s, at most %d MiB resident",
            told.get(0),
            told.get(1),
            told.get(2),
            told.get(3)));
    return List.of(new Finding("soak.scale.profile", told.get(3), MOST_MEBIBYTES));
  }

  /** Repeats a block of rows; the numbers of each repetition are others. */
  private static void write(Path file, int repetitions) throws SQLException {
    String block =
        columns("(hash(i, %d) / 1e16)::FLOAT AS f%d", 80)
            + ", "
            + columns("(hash(i, 100 + %d) %% 100000)::BIGINT AS n%d", 10)
            + ", "
            + columns("'text ' || hash(i, 200 + %d) %% 300 AS t%d", 10);
    String repeated =
        columns("b.f%2$d + r AS f%2$d", 80)
            + ", "
            + columns("b.n%2$d + r AS n%2$d", 10)
            + ", "
            + columns("b.t%2$d", 10);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute("SET memory_limit = '2GB'");
      statement.execute("SET preserve_insertion_order = false");
      statement.execute(
          "CREATE TABLE block AS SELECT " + block + " FROM range(" + BLOCK + ") t(i)");
      statement.execute(
          "COPY (SELECT %s FROM range(%d) a(r), block b) TO '%s' (FORMAT parquet)"
              .formatted(repeated, repetitions, file));
    }
  }

  private static String columns(String each, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> each.formatted(i, i))
        .collect(Collectors.joining(", "));
  }
}
