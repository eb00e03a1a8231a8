package io.mlops4j.flink;

import java.io.File;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.PackagedProgramUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.InstantiationUtil;

/**
 * A cluster without a class of this library. It runs the program of a job jar several times. Flink
 * makes a class loader for each, in which the classes of the jar come first.
 */
final class JobJarCluster {
  private static final int JOBS = 5;
  private static final int COLLECTIONS = 100;

  private JobJarCluster() {}

  /**
   * Prints a line for each job, how many class loaders there were, and the jobs of those that are
   * left.
   *
   * @param args patterns of classes that Flink's own loader has, the folder of the registry, a
   *     file, and the jars of the job
   */
  public static void main(String[] args) {
    try {
      runAll(args);
    } catch (Exception e) {
      System.out.println(ExceptionUtils.stringifyException(e)); // the test compares what is printed
    }
    System.exit(0); // threads of Flink go on
  }

  private static void runAll(String[] args) throws Exception {
    Configuration settings = new Configuration();
    settings.setString(
        "classloader.parent-first-patterns.additional", JobLoaders.class.getName() + args[0]);
    Cluster cluster = new Cluster(settings);
    for (int i = 0; i < JOBS; i++) {
      Figures.reset();
      JobLoaders.begin(i);
      run(cluster, settings, List.of(args));
    }
    Figures.reset(); // the metrics are of the last job's classes
    for (int i = 0; i < COLLECTIONS && !JobLoaders.left().isEmpty(); i++) {
      System.gc();
      InstantiationUtil.clone(1L); // the JDK forgets the classes that it serialised when asked next
    }
    System.out.println(JobLoaders.count());
    System.out.println(JobLoaders.left());
    cluster.close();
  }

  private static void run(Cluster cluster, Configuration settings, List<String> args)
      throws Exception {
    List<URL> libraries = new ArrayList<>();
    for (String jar : args.subList(4, args.size())) {
      libraries.add(Path.of(jar).toUri().toURL());
    }
    try (PackagedProgram program =
        PackagedProgram.newBuilder()
            .setJarFile(new File(args.get(3)))
            .setUserClassPaths(libraries)
            .setEntryPointClassName("io.mlops4j.flink.JobJar")
            .setConfiguration(settings)
            .setArguments(args.get(1), args.get(2))
            .build()) {
      JobGraph graph = PackagedProgramUtils.createJobGraph(program, settings, 2, false);
      JobID job = cluster.submit(graph);
      Map<String, Object> counted =
          cluster
              .result(job)
              .toJobExecutionResult(program.getUserCodeClassLoader())
              .getAllAccumulatorResults();
      System.out.println(
          "right %s, read %s, metric %d"
              .formatted(counted.get("right"), counted.get("read"), Figures.sum("rows")));
    }
  }
}
