/*
 * Plain libusb, nothing of the camera library: lists the bus like lsusb, then does with
 * the first device what libusb programs do. Every line of output depends on the device
 * and on libusb's rules only, not on the time.
 */
#include <libusb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static const char *name(int code)
{
    return code < 0 ? libusb_error_name(code) : "ok";
}

static const char *speed(int code)
{
    switch (code) {
    case LIBUSB_SPEED_SUPER: return "5000M";
    case LIBUSB_SPEED_HIGH: return "480M";
    case LIBUSB_SPEED_FULL: return "12M";
    default: return "?";
    }
}

static const char *status(int code)
{
    static const char *const names[] = { "completed", "error", "timed out", "cancelled", "stall", "no device", "overflow" };
    return code >= 0 && code < COUNT(names) ? names[code] : "?";
}

static void list(libusb_context *context)
{
    libusb_device **devices;
    ssize_t count = libusb_get_device_list(context, &devices);
    printf("%zd devices, then %s\n", count, devices[count] ? "more" : "null");
    for (ssize_t i = 0; i < count; i++) {
        struct libusb_device_descriptor d;
        struct libusb_config_descriptor *config;
        uint8_t ports[7];
        libusb_get_device_descriptor(devices[i], &d);
        int depth = libusb_get_port_numbers(devices[i], ports, COUNT(ports));
        printf("Bus %03d Device %03d: ID %04x:%04x, %s, USB %x.%02x, port", libusb_get_bus_number(devices[i]),
               libusb_get_device_address(devices[i]), d.idVendor, d.idProduct,
               speed(libusb_get_device_speed(devices[i])), d.bcdUSB >> 8, d.bcdUSB & 0xFF);
        for (int p = 0; p < depth; p++)
            printf("%c%d", p ? '.' : ' ', ports[p]);
        printf(" (last %d, no room %s)\n", libusb_get_port_number(devices[i]),
               name(libusb_get_port_numbers(devices[i], ports, 1)));
        if (libusb_get_active_config_descriptor(devices[i], &config) != 0)
            continue;
        printf("  configuration %d: %d interface, %d bytes\n", config->bConfigurationValue,
               config->bNumInterfaces, config->wTotalLength);
        const struct libusb_interface_descriptor *s = config->interface[0].altsetting;
        for (int e = 0; e < s->bNumEndpoints; e++)
            printf("  interface %d class %02x: endpoint %02x type %d, packets of %d, %d\n", s->bInterfaceNumber,
                   s->bInterfaceClass, s->endpoint[e].bEndpointAddress, s->endpoint[e].bmAttributes & 3,
                   s->endpoint[e].wMaxPacketSize,
                   libusb_get_max_packet_size(devices[i], s->endpoint[e].bEndpointAddress));
        libusb_free_config_descriptor(config);
    }
    libusb_free_device_list(devices, 1);
}

static void descriptors(libusb_device_handle *handle)
{
    unsigned char bytes[64], text[64], shorter[8];
    int n = libusb_get_descriptor(handle, LIBUSB_DT_DEVICE, 0, bytes, sizeof bytes);
    printf("device descriptor %d bytes, product %02x%02x\n", n, bytes[11], bytes[10]);
    n = libusb_get_descriptor(handle, LIBUSB_DT_CONFIG, 0, bytes, sizeof bytes);
    printf("configuration %d bytes, says %d\n", n, bytes[2] | bytes[3] << 8);
    n = libusb_get_string_descriptor_ascii(handle, 1, text, sizeof text);
    printf("manufacturer `%s` %d\n", text, n);
    n = libusb_get_string_descriptor_ascii(handle, 1, shorter, 4);
    printf("in 4 bytes `%s` %d\n", shorter, n);
    n = libusb_get_string_descriptor(handle, 2, 0x0409, bytes, sizeof bytes);
    printf("product text %d bytes of type %d\n", n, bytes[1]);
    printf("no such text %s\n", name(libusb_get_string_descriptor_ascii(handle, 9, text, sizeof text)));
}

static void claims(libusb_device *device, libusb_device_handle *handle)
{
    libusb_device_handle *other;
    printf("driver %d, detach %s\n", libusb_kernel_driver_active(handle, 0), name(libusb_detach_kernel_driver(handle, 0)));
    printf("release before claim %s\n", name(libusb_release_interface(handle, 0)));
    printf("claim %s, again %s, interface 1 %s\n", name(libusb_claim_interface(handle, 0)),
           name(libusb_claim_interface(handle, 0)), name(libusb_claim_interface(handle, 1)));
    libusb_open(device, &other);
    printf("claim by another handle %s\n", name(libusb_claim_interface(other, 0)));
    printf("release %s\n", name(libusb_release_interface(handle, 0)));
    printf("claim by another handle %s\n", name(libusb_claim_interface(other, 0)));
    libusb_close(other);
    printf("claim after its close %s\n", name(libusb_claim_interface(handle, 0)));
}

static void controls(libusb_device_handle *handle)
{
    unsigned char bytes[64];
    int n = libusb_control_transfer(handle, 0xC0, 0xCA, 0x10, 0x10, bytes, 16, 1000);
    printf("serial number of %d bytes\n", n);
    n = libusb_control_transfer(handle, 0xC0, 0xCA, 0x10, 0x10, bytes, 4, 1000);
    printf("the first %d\n", n);
    n = libusb_control_transfer(handle, 0xC0, 0xFE, 0, 0, bytes, 4, 1000);
    printf("unknown request %s\n", name(n));
}

struct log {
    libusb_context *context;
    struct libusb_transfer *resubmit;
    atomic_int left;
    int count, inside, quiet;
};

static void LIBUSB_CALL ended(struct libusb_transfer *transfer)
{
    struct log *log = transfer->user_data;
    struct timeval now = { 0, 0 };
    unsigned char byte;
    log->count++;
    log->left--;
    if (!log->inside) {
        /* Waiting inside a callback is refused. */
        log->inside = 1;
        int moved;
        printf("in a callback: events %s, control %s, bulk %s\n",
               name(libusb_handle_events_timeout(log->context, &now)),
               name(libusb_control_transfer(transfer->dev_handle, 0xC0, 0xCA, 0, 8, &byte, 1, 1000)),
               name(libusb_bulk_transfer(transfer->dev_handle, 0x81, &byte, 1, &moved, 1)));
    }
    if (log->quiet)
        return;
    if (transfer->type == LIBUSB_TRANSFER_TYPE_CONTROL)
        printf("control %s, %d bytes\n", status(transfer->status), transfer->actual_length);
    else
        printf("read of %d: %s, %d bytes\n", transfer->length, status(transfer->status), transfer->actual_length);
    if (log->resubmit == transfer) {
        log->resubmit = NULL;
        printf("resubmitted %s\n", name(libusb_submit_transfer(transfer)));
        log->left++;
    }
}

static void *handle_events(void *data)
{
    struct log *log = data;
    while (log->left > 0) {
        struct timeval soon = { 0, 5000 };
        libusb_handle_events_timeout(log->context, &soon);
    }
    return NULL;
}

static void drive(struct log *log)
{
    while (log->left > 0)
        libusb_handle_events(log->context);
}

static void transfers(libusb_context *context, libusb_device_handle *handle)
{
    static unsigned char buffers[3][4096];
    unsigned char control[LIBUSB_CONTROL_SETUP_SIZE + 16];
    struct log log = { .context = context };
    struct libusb_transfer *t[3];
    int moved = -1;

    printf("sync read %s", name(libusb_bulk_transfer(handle, 0x81, buffers[0], 4096, &moved, 20)));
    printf(", %d bytes\n", moved);
    printf("sync read of nothing %s", name(libusb_bulk_transfer(handle, 0x81, NULL, 0, &moved, 20)));
    printf(", %d bytes\n", moved);

    for (int i = 0; i < 3; i++) {
        t[i] = libusb_alloc_transfer(0);
        libusb_fill_bulk_transfer(t[i], handle, 0x81, buffers[i], 1024 * (i + 1), ended, &log, 0);
    }
    printf("cancel before submit %s\n", name(libusb_cancel_transfer(t[0])));

    /* A control request completes in the event loop, not in the call that submits it. */
    libusb_fill_control_setup(control, 0xC0, 0xCA, 0x10, 0x10, 16);
    struct libusb_transfer *c = libusb_alloc_transfer(0);
    libusb_fill_control_transfer(c, handle, control, ended, &log, 1000);
    log.left = 1;
    int submitted = libusb_submit_transfer(c);
    printf("control submitted %s, %d callbacks yet, again %s\n", name(submitted), log.count, name(libusb_submit_transfer(c)));
    drive(&log);
    libusb_fill_control_setup(control, 0xC0, 0xFE, 0, 0, 4);
    log.left = 1;
    libusb_submit_transfer(c);
    drive(&log);
    c->flags = LIBUSB_TRANSFER_FREE_TRANSFER | LIBUSB_TRANSFER_FREE_BUFFER;
    c->buffer = malloc(sizeof control);
    libusb_fill_control_setup(c->buffer, 0xC0, 0xCA, 0x10, 0x10, 16);
    log.left = 1;
    libusb_submit_transfer(c);
    drive(&log);

    t[0]->timeout = 20;
    log.left = 1;
    log.resubmit = t[0];
    libusb_submit_transfer(t[0]);
    drive(&log);
    t[0]->timeout = 0;

    log.left = 3;
    for (int i = 0; i < 3; i++)
        libusb_submit_transfer(t[i]);
    printf("submitted again %s\n", name(libusb_submit_transfer(t[1])));
    for (int i = 2; i >= 0; i--) {
        int first = libusb_cancel_transfer(t[i]);
        printf("cancel %s, again %s\n", name(first), name(libusb_cancel_transfer(t[i])));
    }
    drive(&log);

    /* Two threads handle events while a third cancels: in which order they end is open. */
    pthread_t threads[2];
    log.quiet = 1;
    log.left = 3;
    for (int i = 0; i < 3; i++)
        libusb_submit_transfer(t[i]);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, handle_events, &log);
    for (int i = 2; i >= 0; i--)
        libusb_cancel_transfer(t[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    log.quiet = 0;
    printf("%d left\n", atomic_load(&log.left));

    libusb_lock_events(context);
    printf("event lock: active %d, try in the same thread %d\n", libusb_event_handler_active(context),
           libusb_try_lock_events(context));
    log.left = 1;
    libusb_submit_transfer(t[0]);
    libusb_cancel_transfer(t[0]);
    while (log.left > 0) {
        struct timeval soon = { 0, 5000 };
        libusb_handle_events_locked(context, &soon);
    }
    libusb_unlock_events(context);
    printf("event lock: active %d\n", libusb_event_handler_active(context));

    /* An interrupt ends a wait of a minute at once. */
    libusb_interrupt_event_handler(context);
    libusb_handle_events(context);
    printf("interrupted\n");

    for (int i = 0; i < 3; i++)
        libusb_free_transfer(t[i]);
    printf("%d callbacks\n", log.count);
}

static int LIBUSB_CALL plugged(libusb_context *context, libusb_device *device, libusb_hotplug_event event, void *data)
{
    struct libusb_device_descriptor d;
    (void)context;
    libusb_get_device_descriptor(device, &d);
    printf("%s %04x:%04x\n", event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED ? "arrived" : "left", d.idVendor, d.idProduct);
    ++*(int *)data;
    return 0;
}

static void hotplug(libusb_context *context, int product)
{
    libusb_hotplug_callback_handle handle;
    int events = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, all = 0, some = 0;
    int any = LIBUSB_HOTPLUG_MATCH_ANY;
    printf("hotplug %d\n", libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG));
    int code = libusb_hotplug_register_callback(context, events, LIBUSB_HOTPLUG_ENUMERATE, any, any, any, plugged, &all, &handle);
    printf("register %s, %d devices, data %d\n", name(code), all, libusb_hotplug_get_user_data(context, handle) == &all);
    libusb_hotplug_deregister_callback(context, handle);
    code = libusb_hotplug_register_callback(context, events, LIBUSB_HOTPLUG_ENUMERATE, 0x1618, product, any, plugged, &some, &handle);
    printf("register for %04x %s, %d devices\n", product, name(code), some);
    libusb_hotplug_deregister_callback(context, handle);
    printf("without events %s\n",
           name(libusb_hotplug_register_callback(context, 0, 0, any, any, any, plugged, &some, &handle)));
}

/* The last request of the order makes the device vanish under its pending reads. */
static void loss(libusb_context *context, libusb_device_handle *handle)
{
    static unsigned char buffers[2][1024];
    unsigned char byte;
    struct log log = { .context = context, .inside = 1 };
    struct libusb_transfer *t[2];
    libusb_hotplug_callback_handle watch;
    int gone = 0;
    libusb_hotplug_register_callback(context, LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, 0, LIBUSB_HOTPLUG_MATCH_ANY,
                                     LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, plugged, &gone, &watch);
    for (int i = 0; i < 2; i++) {
        t[i] = libusb_alloc_transfer(0);
        libusb_fill_bulk_transfer(t[i], handle, 0x81, buffers[i], 1024, ended, &log, 0);
        libusb_submit_transfer(t[i]);
    }
    log.left = 2;
    int code;
    do
        code = libusb_control_transfer(handle, 0xC0, 0xCA, 0, 8, &byte, 1, 1000);
    while (code == 1);
    printf("control %s\n", name(code));
    while (log.left > 0 || !gone)
        libusb_handle_events(context);
    printf("submit %s, claim %s\n", name(libusb_submit_transfer(t[0])), name(libusb_claim_interface(handle, 0)));
    libusb_hotplug_deregister_callback(context, watch);
    for (int i = 0; i < 2; i++)
        libusb_free_transfer(t[i]);
}

int main(void)
{
    libusb_context *context;
    libusb_device **devices;
    libusb_device_handle *handle;
    struct libusb_device_descriptor d;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (libusb_init(&context) != 0)
        return 1;
    list(context);
    if (libusb_get_device_list(context, &devices) < 1)
        return 1;
    libusb_get_device_descriptor(devices[0], &d);
    printf("open %s\n", name(libusb_open(devices[0], &handle)));
    printf("the same device %d\n", libusb_get_device(handle) == devices[0]);
    descriptors(handle);
    claims(devices[0], handle);
    controls(handle);
    transfers(context, handle);
    hotplug(context, d.idProduct);
    loss(context, handle);
    libusb_close(handle);
    libusb_free_device_list(devices, 1);
    list(context);
    libusb_exit(context);
    return 0;
}
