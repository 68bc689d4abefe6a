package dev.sluice.stream;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/**
 * Bounds what a store takes of native memory. Streams' own settings are for stores that are read all the time: 48 MB of
 * write buffers and 50 MB of cache each, and a worker has two stores and more for every partition. Ours hold a few hundred bytes for
 * a request and are hardly read again, so a small part of that serves them as well. Streams makes one for each store.
 */
public final class SmallStores implements RocksDBConfigSetter {
    private static final long WRITE_BUFFER_BYTES = 1 << 20;
    private static final int WRITE_BUFFERS = 2;
    private static final long CACHE_BYTES = 4 << 20;

    private final Cache cache = new LRUCache(CACHE_BYTES);

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(WRITE_BUFFERS);
        if (options.tableFormatConfig() instanceof BlockBasedTableConfig table) {
            options.setTableFormatConfig(table.setBlockCache(cache));
        }
    }

    @Override
    public void close(String storeName, Options options) {
        cache.close();
    }
}
