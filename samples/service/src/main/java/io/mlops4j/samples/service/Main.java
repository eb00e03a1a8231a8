package io.mlops4j.samples.service;

import io.mlops4j.error.MlopsException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the service with the settings of the environment, and stops it at SIGTERM. */
final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] args) {
    run(System.getenv());
  }

  static void run(Map<String, String> settings) {
    try {
      Service service = Service.start(Settings.from(settings));
      Runtime.getRuntime().addShutdownHook(new Thread(service::close, "shutdown"));
    } catch (SettingsException e) {
      LOG.error("the settings are wrong:\n{}", e.getMessage());
      System.exit(2);
    } catch (MlopsException | StartException e) {
      LOG.error("the service cannot start: {}", e.getMessage());
      System.exit(1);
    }
  }
}
