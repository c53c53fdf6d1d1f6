/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* qhyccd.h alone, twice, in every dialect: nothing else is needed to use it. */
#include <qhyccd.h>

#include <qhyccd.h>

#if !defined(__QHYCCD_H__) || !defined(__QHYCCDSTRUCTDEF_H__) || !defined(__QHYCCDCAMDEF_H__) ||   \
    !defined(__QHYCCDERR_H__) || !defined(__CONFIG_H__)
#error "a guard that programs test for is missing"
#endif
#if !CALLBACK_MODE_SUPPORT || version_year < 25
#error "a switch that programs test for is missing"
#endif

static QHYDWORD on_message(void *handle, QHYDWORD message, QHYDWORD w, QHYDWORD l)
{
    return handle == 0 ? message : w + l;
}

static void on_plug(char *id)
{
    (void)id;
}

static void on_frame(char *id, uint8_t *pixels)
{
    (void)id;
    (void)pixels;
}

static void on_error(void)
{
}

/* Declared by the program in the way the interface's own functions are. */
EXPORTC int STDCALL exported_in_passing(void);
EXPORTFUNC int STDCALL exported_in_passing(void)
{
    return 0;
}

int main(void)
{
    char id[CAMERA_ID_LENGTH] = "";
    bool on = true;
    enum CONTROL_ID spelt_out = CONTROL_GAIN;
    CONTROL_ID control = spelt_out;
    QHYCCDProcCallBack callback = on_message;
    struct QHYGetImageParam image = {0, 0, 0, 0, 0, 0, false};
    BAYER_ID bayer = BAYER_RG;
    qhyccd_handle *camera;
    double low, high, step;
    uint32_t result;

    if (InitQHYCCDResource() != QHYCCD_SUCCESS || ScanQHYCCD() == 0)
        return 1;
    result = GetQHYCCDId(0, id);
    camera = OpenQHYCCD(id);
    if (result == QHYCCD_ERROR || camera == NULL)
        return 1;
    SetQHYCCDCallBack(callback, 0);
    RegisterPnpEventIn(on_plug);
    RegisterPnpEventOut(on_plug);
    RegisterDataEventSingle(on_frame);
    RegisterDataEventLive(on_frame);
    RegisterTransferEventError(on_error);
    SetQHYCCDDebayerOnOff(camera, on);
    result = IsQHYCCDControlAvailable(camera, CAM_COLOR);
    if (result == (uint32_t)bayer || GetQHYCCDParam(camera, control) == QHYCCD_ERROR)
        result = GetQHYCCDParamMinMaxStep(camera, control, &low, &high, &step);
    if (SetQHYCCDParam(camera, CONTROL_EXPOSURE, 1000.0) == QHYCCD_SUCCESS)
        result = GetQHYCCDSingleFrame(camera, &image.w, &image.h, &image.bpp, &image.channels,
                                      image.imgdata);
    CloseQHYCCD(camera);
    ReleaseQHYCCDResource();
    return (int)result;
}
