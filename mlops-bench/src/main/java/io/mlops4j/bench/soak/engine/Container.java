package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Limits;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A narrow container: one processor, an address space of 1 GiB or the smallest above it that the
 * JVM can live with, a root that is read only and a folder for temporary files from which nothing
 * may be run. The library starts, or its exception names the setting that helps, which then does.
 */
public final class Container implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long MIB = 1 << 20;
  private static final long[] ADDRESS_SPACES = {1024, 1280, 1536, 2048, 3072, 4096};

  @Override
  public String name() {
    return "soak.container";
  }

  @Override
  public String what() {
    return "starts in a narrow container, or names the setting to change; what ended otherwise";
  }

  /** Where it is tried, and with what it may end. */
  private enum Room {
    /** Nothing but the limits. */
    LIMITS(""),
    /** In mount namespaces of their own, with the folder for temporary files mounted anew. */
    READ_ONLY("exec"),
    NO_EXEC("noexec"),
    /** The same, and the folder that the exception asks for. */
    NO_EXEC_CACHED("noexec");

    private final String temporary;

    Room(String temporary) {
      this.temporary = temporary;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    if (!Limits.has("taskset") || !Limits.hasPrlimit()) {
      say.accept("skipped: needs taskset and prlimit");
      return List.of();
    }
    long most = started(say);
    if (most == 0) {
      return List.of(new Finding(name(), 1, 0));
    }
    int wrong = 0;
    for (Room room : rooms(say)) {
      String ended = ended(room, most);
      say.accept(room + ": " + ended);
      boolean right =
          ended.startsWith("started")
              || (room == Room.NO_EXEC && ended.startsWith("refused") && namesSetting(ended));
      wrong += right ? 0 : 1;
    }
    return List.of(new Finding(name(), wrong, 0));
  }

  private static boolean namesSetting(String message) {
    return message.contains("nativeCache");
  }

  /** The address space in which it started, in MiB; 0 if in none. */
  private static long started(Consumer<String> say) throws IOException {
    String ended = "";
    for (long space : ADDRESS_SPACES) {
      ended = ended(Room.LIMITS, space);
      if (ended.startsWith("started")) {
        say.accept("one processor and an address space of " + space + " MiB: " + ended);
        return space;
      }
      say.accept("an address space of " + space + " MiB is too small: " + ended);
    }
    return 0;
  }

  private static List<Room> rooms(Consumer<String> say) throws IOException {
    String failure =
        Limits.has("unshare")
            ? Limits.failure("unshare", "-m", "mount", "-o", "remount,bind,ro", "/")
            : "there is no unshare";
    if (failure.isEmpty()) {
      return List.of(Room.READ_ONLY, Room.NO_EXEC, Room.NO_EXEC_CACHED);
    }
    say.accept("mount namespaces skipped: " + failure);
    return List.of();
  }

  private static String ended(Room room, long mebibytes) throws IOException {
    List<String> told = new ArrayList<>();
    Child.End end;
    try (Child child = new Child()) {
      Path kept = Files.createDirectory(child.folder().resolve("kept"));
      List<String> command = new ArrayList<>();
      if (room != Room.LIMITS) {
        command.addAll(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o $1,size=256m soak \"$2\" && mkdir \"$2/kept\""
                    + " && mount -t tmpfs -o mode=700,size=256m soak \"$2/kept\""
                    + " && mount -o remount,bind,ro / && shift 2 && exec \"$@\"",
                "sh",
                room.temporary,
                child.folder().toString()));
      }
      command.addAll(List.of("taskset", "-c", Limits.firstCpu()));
      command.addAll(List.of("prlimit", "--as=" + mebibytes * MIB));
      child
          .behind(command.toArray(String[]::new))
          .flags(
              "-Xmx128m",
              "-XX:+UseSerialGC",
              "-XX:ReservedCodeCacheSize=32m",
              "-XX:CompressedClassSpaceSize=32m",
              "-XX:MaxMetaspaceSize=96m",
              "-Darrow.memory.debug.allocator=false");
      List<String> arguments = room == Room.NO_EXEC_CACHED ? List.of(kept.toString()) : List.of();
      end = child.run(ContainerMain.class, arguments, LIMIT, told::add);
    }
    return told.isEmpty() ? end.toString() : told.get(0);
  }
}
