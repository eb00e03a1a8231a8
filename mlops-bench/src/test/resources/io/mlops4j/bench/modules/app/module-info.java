module org.example.flights {
  requires io.mlops4j.monitor;
  requires io.mlops4j.runtime;
}
