import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Turns the sampled flights (Parquet) into the Arrow files of the quickstart: one file a month, one
 * record batch a day, in order of departure, bodies compressed with ZSTD.
 *
 * <pre>ConvertFlights FLIGHTS.parquet ARROW_FOLDER [FLIGHTS.csv]</pre>
 *
 * <p>The optional CSV holds the same rows for the training script, which has no Arrow reader.
 */
public final class ConvertFlights {

  record Flight(
      String id, LocalDateTime departure, int distance, String origin, String destination, int delay) {

    /** Late as the US Bureau of Transportation Statistics counts it: more than 15 minutes. */
    int late() {
      return delay > 15 ? 1 : 0;
    }

    /** Monday is 1. */
    int weekday() {
      return departure.getDayOfWeek().getValue();
    }
  }

  private static final String ROWS =
      "select date, delay, distance, origin, destination from read_parquet('%s')"
          + " where date < timestamp '2001-07-01'"
          + " order by date, origin, destination, distance, delay";

  private static final DateTimeFormatter DEPARTURE = DateTimeFormatter.ofPattern("MMdd-HHmm");

  private static final Schema SCHEMA =
      new Schema(
          List.of(
              field("flight_id", new ArrowType.Utf8()),
              field("departure", new ArrowType.Timestamp(TimeUnit.SECOND, null)),
              field("distance", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
              field("hour", new ArrowType.Int(16, true)),
              field("weekday", new ArrowType.Int(16, true)),
              field("origin", new ArrowType.Utf8()),
              field("destination", new ArrowType.Utf8()),
              field("delay", new ArrowType.Int(16, true)),
              field("late", new ArrowType.Int(8, true))));

  private ConvertFlights() {}

  public static void main(String[] args) throws Exception {
    List<Flight> flights = flights(Path.of(args[0]));
    Path folder = Files.createDirectories(Path.of(args[1]));
    for (int month = 1; month <= 6; month++) {
      write(flights, month(month), true, folder.resolve("flights-2001-%02d.arrow".formatted(month)));
    }
    // Of one day, for readers without arrow-compression.
    LocalDate day = LocalDate.of(2001, 2, 1);
    write(flights, List.of(day), false, folder.resolve("flights-%s.arrow".formatted(day)));
    if (args.length > 2) {
      writeCsv(flights, Path.of(args[2]));
    }
  }

  private static Field field(String name, ArrowType type) {
    return new Field(name, FieldType.notNullable(type), null);
  }

  private static List<Flight> flights(Path parquet) throws SQLException {
    List<Flight> flights = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        ResultSet row = duckdb.createStatement().executeQuery(ROWS.formatted(parquet))) {
      while (row.next()) {
        flights.add(flight(row, seen));
      }
    }
    return flights;
  }

  private static Flight flight(ResultSet row, Map<String, Integer> seen) throws SQLException {
    LocalDateTime departure = row.getObject("date", LocalDateTime.class);
    String origin = row.getString("origin");
    String destination = row.getString("destination");
    String name = origin + "-" + destination + "-" + DEPARTURE.format(departure);
    int copies = seen.merge(name, 1, Integer::sum);
    return new Flight(
        copies == 1 ? name : name + "-" + copies, // the source has no flight number
        departure,
        row.getInt("distance"),
        origin,
        destination,
        row.getInt("delay"));
  }

  private static List<LocalDate> month(int month) {
    LocalDate first = LocalDate.of(2001, month, 1);
    return first.datesUntil(first.plusMonths(1)).toList();
  }

  private static void write(
      List<Flight> flights, List<LocalDate> days, boolean compressed, Path file)
      throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        ArrowFileWriter writer = compressed ? zstd(root, channel) : plain(root, channel)) {
      writer.start();
      for (LocalDate day : days) {
        fill(root, on(day, flights));
        writer.writeBatch();
      }
      writer.end();
    }
  }

  private static ArrowFileWriter zstd(VectorSchemaRoot root, FileChannel channel) {
    return new ArrowFileWriter(
        root,
        null,
        channel,
        Map.of(),
        IpcOption.DEFAULT,
        CommonsCompressionFactory.INSTANCE,
        CodecType.ZSTD,
        Optional.of(19));
  }

  private static ArrowFileWriter plain(VectorSchemaRoot root, FileChannel channel) {
    return new ArrowFileWriter(root, null, channel);
  }

  private static List<Flight> on(LocalDate day, List<Flight> flights) {
    return flights.stream().filter(f -> f.departure().toLocalDate().equals(day)).toList();
  }

  private static void fill(VectorSchemaRoot root, List<Flight> flights) {
    root.getFieldVectors().forEach(FieldVector::reset);
    for (int i = 0; i < flights.size(); i++) {
      Flight f = flights.get(i);
      string(root, "flight_id", i, f.id());
      ((TimeStampSecVector) root.getVector("departure"))
          .setSafe(i, f.departure().toEpochSecond(ZoneOffset.UTC));
      ((Float4Vector) root.getVector("distance")).setSafe(i, f.distance());
      number(root, "hour", i, f.departure().getHour());
      number(root, "weekday", i, f.weekday());
      string(root, "origin", i, f.origin());
      string(root, "destination", i, f.destination());
      number(root, "delay", i, f.delay());
      ((TinyIntVector) root.getVector("late")).setSafe(i, f.late());
    }
    root.setRowCount(flights.size());
  }

  private static void string(VectorSchemaRoot root, String column, int row, String value) {
    ((VarCharVector) root.getVector(column)).setSafe(row, value.getBytes(StandardCharsets.UTF_8));
  }

  private static void number(VectorSchemaRoot root, String column, int row, int value) {
    ((SmallIntVector) root.getVector(column)).setSafe(row, value);
  }

  private static void writeCsv(List<Flight> flights, Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("flight_id,departure,distance,hour,weekday,origin,destination,delay,late\n");
      for (Flight f : flights) {
        out.write(
            "%s,%s,%d,%d,%d,%s,%s,%d,%d%n"
                .formatted(
                    f.id(),
                    f.departure(),
                    f.distance(),
                    f.departure().getHour(),
                    f.weekday(),
                    f.origin(),
                    f.destination(),
                    f.delay(),
                    f.late()));
      }
    }
  }
}
